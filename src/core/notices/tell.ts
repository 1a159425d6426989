// The mail of a notice: what happened, when and from where, and the link for whom it was not.
import type { Config } from '../../lib/config/schema.ts'
import { languageOfAccount, inMailOf } from '../accounts/language.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Postbox } from '../outbox/postbox.ts'
import type { Translate } from '../../lib/languages/language.ts'
import type { NoticeFacts } from './list.ts'
import type { Notice, Notices } from './notices.ts'
import { noticeWords, type NoticeWords } from './words.ts'
import type { Language } from '../../lib/languages/language.ts'

const BATCH = 50

/** What was set up or removed, as its owner knows it. */
export type NameFactor = (facts: Pick<NoticeFacts, 'method' | 'label'>, t: Translate) => string

export interface TellerParts {
  config: Pick<Config, 'name' | 'issuer'>
  notices: Notices
  accounts: Pick<Accounts, 'get'>
  postbox: Pick<Postbox, 'post'>
  nameFactor: NameFactor
}

export type Teller = ReturnType<typeof createTeller>

export function createTeller({ config, notices, accounts, postbox, nameFactor }: TellerParts) {
  /** @param zone of the time zone database; UTC unless given */
  function words({ kind, facts }: Notice, language: Language, zone?: string): NoticeWords {
    const factor = nameFactor(facts, language.t)
    const said = { brand: config.name, factor, until: facts.until ?? 0, ...(zone ? { zone } : {}) }
    return noticeWords(kind, said, language)
  }

  /** Puts the mail into the outbox, once however often it is told. */
  async function tell(notice: Notice): Promise<void> {
    const { id, accountId, at, address, userAgent, actor } = notice
    const account = await accounts.get(accountId)
    const token = notices.tokenOf(notice)
    if (account && token) {
      const inMail = inMailOf(account)
      const locals = {
        ...inMail,
        ...words(notice, languageOfAccount(account), inMail.zone),
        brandName: config.name,
        email: account.email,
        at,
        disputeUrl: `${config.issuer}/not-me/${token}`,
        ...(actor ? { byAdmin: true } : {}),
        ...(userAgent ? { from: userAgent } : {}),
        ...(address ? { address } : {}),
      }
      await postbox.post(account.email, 'notice', locals, { id })
    }
    await notices.told(id)
  }

  return {
    words,
    tell,

    /** Tells those that nobody has told. */
    async tellDue(): Promise<void> {
      for (;;) {
        const due = await notices.due(BATCH)
        await Promise.all(due.map(tell))
        if (due.length < BATCH) return
      }
    },
  }
}

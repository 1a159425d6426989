// A code that is mailed: it proves that the person reads the account's mailbox. Everybody whose address is proven can begin
// a sign-in by it; as a second factor it counts only for who has turned it on.
import { canSignIn } from '../../core/accounts/account.ts'
import { onlyCredentialId } from '../../core/credentials.ts'
import type { Account } from '../../core/accounts/account.ts'
import { countsOfMail } from '../../core/limits/mails.ts'
import { inMailOf, languageOfAccount } from '../../core/accounts/language.ts'
import { lasting } from '../../lib/languages/lasting.ts'
import type { Language } from '../../lib/languages/language.ts'
import { Refused } from '../../lib/errors.ts'
import { proofBy, type Method, type MethodServices } from '../method.ts'
import {
  boundTo,
  enrolBound,
  mailTo,
  makeCode,
  makeEnrolCode,
  takeCode,
  typedCode,
  shownAddress,
} from '../sent-codes.ts'

const ID = 'email-code'

export const emailCode: Method = {
  id: ID,
  words: t => ({
    name: t('methods:emailCode.name'),
    use: t('methods:emailCode.use'),
    about: t('methods:emailCode.about'),
  }),
  factors: ['possession'],
  // RFC 8176 has no value for a mailbox; this is its nearest.
  amr: ['otp'],
  resistsPhishing: false,
  limited: true,
  roles: { first: true, second: true, identifies: false, mailed: true },

  standing(account, own) {
    const enrolled = own.length > 0 && account.emailVerified
    return { enrolled, first: account.emailVerified, second: enrolled, protects: enrolled }
  },

  async page(services, asked) {
    const sent = (await services.challenges.begun(boundTo(ID, asked)))?.times ?? 0
    return { view: 'methods/email-code/prove', locals: { sent, to: shownAddress(asked) } }
  },

  async challenge(services, attempted) {
    const { account, clientName, language } = attempted
    const reachable = account?.emailVerified === true && canSignIn(account, Date.now())
    const code = await makeCode(services, ID, attempted, { reachable, counts: mailTo(attempted) })
    await postCode(services, reachable, { to: account, language, code, clientName })
    return { kind: 'asked' }
  },

  async verify(services, attempted) {
    const { createdAt } = await takeCode(services, ID, attempted)
    // It went to an address that is no longer the account's.
    if (createdAt < (attempted.account?.emailChangedAt ?? 0)) throw new Refused('code.none', { field: 'code' })
    return { proof: proofBy(emailCode) }
  },

  enrol: {
    async page(services, who) {
      const sent = (await services.challenges.begun(enrolBound(ID, who)))?.times ?? 0
      return { view: 'methods/email-code/enrol', locals: { sent, to: who.account.email } }
    },
    async confirm(services, who, form) {
      if (form.send !== undefined) {
        const code = await makeEnrolCode(services, ID, who, { counts: countsOfMail(who.account.email, who.address) })
        await postCode(services, true, { to: who.account, language: who.language, code })
        return { kind: 'more' }
      }
      await services.challenges.takeByCode(enrolBound(ID, who), typedCode(form))
      const now = Date.now()
      const { id: accountId } = who.account
      const id = onlyCredentialId(ID, accountId)
      const credential = { id, accountId, method: ID, data: {}, createdAt: now, updatedAt: now }
      return { kind: 'enrolled', credential, proof: proofBy(emailCode) }
    },
  },

  describe: (own, t) =>
    own.map(({ id, createdAt, usedAt }) => ({
      credentialId: id,
      name: t('methods:emailCode.name'),
      createdAt,
      ...(usedAt ? { usedAt } : {}),
    })),
}

interface CodeMail {
  to: Account | undefined
  /** Of the page. */
  language: Language
  code: string
  clientName?: string
}

/** Rendered for nobody too, so that it takes as long. */
function postCode(
  { postbox, config }: MethodServices,
  reachable: boolean,
  { to, language, code, clientName }: CodeMail,
): Promise<void> {
  const locals = {
    ...inMailOf(to, language),
    brandName: config.name,
    code,
    lasts: lasting(languageOfAccount(to, language), config.codeTtl),
    ...(clientName ? { clientName } : {}),
  }
  return postbox.post(reachable ? to?.email : undefined, 'sign-in-code', locals, { lasts: config.codeTtl })
}

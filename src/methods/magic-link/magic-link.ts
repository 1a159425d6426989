// A link that is mailed: it proves that the person reads the account's mailbox. Everybody whose address is proven can begin
// a sign-in by it. What stands around it (the pages that it opens, links made by an administrator) is in signin/links/.
import { canSignIn } from '../../core/accounts/account.ts'
import { inMailOf, languageOfAccount } from '../../core/accounts/language.ts'
import { lasting } from '../../lib/languages/lasting.ts'
import { describeBrowser } from '../../lib/web/browser/describe-browser.ts'
import { proofBy, type Method } from '../method.ts'
import { countSent, mailTo, shownAddress } from '../sent-codes.ts'
import { accountKey, nameKey } from '../tries.ts'
import { askedAddress } from './address.ts'
import { takeCodeFromElsewhere } from './elsewhere.ts'

export const MAGIC_LINK = 'magic-link'

export const magicLink: Method = {
  id: MAGIC_LINK,
  words: t => ({
    name: t('methods:magicLink.name'),
    use: t('methods:magicLink.use'),
    about: t('methods:magicLink.about'),
  }),
  factors: ['possession'],
  // RFC 8176 has no value for a mailbox; what is mailed is a one-time password of 256 bits.
  amr: ['otp'],
  resistsPhishing: false,
  limited: true,
  // Second comes the mailed code, which is no weaker and needs no change of window.
  roles: { first: true, second: false, identifies: false, mailed: true },

  standing: account => ({ enrolled: false, first: account.emailVerified, second: false, protects: false }),

  async page(services, asked) {
    const sent = (await services.links.asked(asked.owner, nameKey(asked)))?.sent ?? 0
    return { view: 'methods/magic-link/prove', locals: { sent, to: shownAddress(asked) } }
  },

  async challenge(services, attempted) {
    const { config, links, postbox } = services
    const { account, owner, clientName, address, userAgent } = attempted
    await countSent(services, MAGIC_LINK, { key: accountKey(attempted), address, counts: mailTo(attempted) })
    const language = languageOfAccount(account, attempted.language)
    const reachable = account?.emailVerified === true && canSignIn(account, Date.now())
    const token = await links.ask(owner, {
      whose: nameKey(attempted),
      account,
      reachable,
      from: { address, userAgent },
    })
    const locals = {
      ...inMailOf(account, language),
      brandName: config.name,
      clientName,
      link: askedAddress(config, owner, token),
      lasts: lasting(language, config.magicLinkTtl),
      askedFrom: describeBrowser(userAgent, language),
      address,
    }
    await postbox.post(reachable ? account.email : undefined, 'sign-in-link', locals, { lasts: config.magicLinkTtl })
    return { kind: 'asked' }
  },

  /** By the token, from the page that the link opens in the browser that asked; by the code that it shows in another. */
  async verify(services, attempted) {
    const { form, owner, account, address, userAgent } = attempted
    if (form.link === undefined) await takeCodeFromElsewhere(services, MAGIC_LINK, attempted)
    else {
      const wanted = { purpose: 'sign-in', attemptId: owner, account, address } as const
      await services.links.use(form.link, wanted, { address, userAgent })
    }
    return { proof: proofBy(magicLink) }
  },

  describe: () => [],
}

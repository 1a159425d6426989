// What owners are told of, as one table: each is one mail, with a link for whom it was not, which works by its button alone.
import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import { closeAccount } from '../../src/oidc/sessions/account-status.ts'
import { openConsole, SECURITY } from '../support/account.ts'
import { authorize } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { addTotp } from '../support/factors.ts'
import { attemptOf, signIn, signInForTokens } from '../support/flow.ts'
import { codeIn, linkIn } from '../support/mailbox.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'
import { atSignIn, type AtSignIn } from './factors/at-sign-in.ts'
import { askToGetBack, chooseBy, mailedTo, NEW_PASSWORD } from './recovery/getting-back.ts'

const DAY = 24 * 60 * 60 * 1000

interface Told {
  /** How the mail's subject begins. */
  subject: string
  link: RegExp
  /** What the page says once the button was pressed. */
  done: string
  act(at: AtSignIn, owner: Account): Promise<unknown>
}

const notice = (subject: string, act: Told['act']): Told => ({
  subject,
  link: /https?:\/\/\S+\/not-me\/\S+/,
  done: 'Your account is yours again',
  act,
})

async function guess(at: AtSignIn, { email }: Account, times: number): Promise<void> {
  const { visitor, page } = await authorize(at.server, at.client)
  const asked = await visitor.submit(page, '/identify', { identifier: email })
  for (let tries = 0; tries < times; tries += 1) await visitor.submit(asked, '/prove/password', { password: 'wrong' })
}

const table: Record<string, Told> = {
  'a sign-in in a new browser': notice('A new browser signed in', async (at, { email }) => {
    for (let browsers = 0; browsers < 2; browsers += 1) await signInForTokens(at.server, at.client, email)
  }),
  'a changed password': notice('Your password was changed', async (at, { email }) => {
    const path = `${SECURITY}/password/add`
    const { visitor, page } = await openConsole(at.server, email, { path })
    await visitor.submit(page, '/password/add', { password: NEW_PASSWORD })
  }),
  'a password that was set to get back in': notice('Your password was changed', async (at, { email }) => {
    const { visitor } = await askToGetBack(at, email)
    await chooseBy(visitor, (await mailedTo(at, email)).link)
  }),
  'a factor that was set up': notice('A way to sign in was set up', (at, owner) => addTotp(at.server, owner)),
  'a factor that was removed': notice('A way to sign in was removed', async (at, owner) => {
    const { visitor } = await openConsole(at.server, owner.email)
    const app = await addTotp(at.server, owner)
    const [, path = ''] = /href="([^"]+totp[^"]+\/remove)"/.exec((await visitor.open(SECURITY)).html) ?? []
    const asked = await visitor.open(path)
    await visitor.submit(await visitor.submit(asked, '/prove/totp', { code: app.code() }), '/remove')
  }),
  'three wrong passwords': notice('Several wrong tries', (at, owner) => guess(at, owner, 4)),
  'a lock': notice('Too many wrong tries', (at, owner) => guess(at, owner, 9)),
  'a deactivated account': notice('Your account was deactivated', (at, owner) =>
    closeAccount(at.server.app, owner, { by: 'person' }, {}),
  ),
  'an account that is about to be deleted': notice('Your account is about to be deleted', (at, owner) =>
    closeAccount(at.server.app, owner, { by: 'person', purgeAt: Date.now() + 14 * DAY }, {}),
  ),
  'a way back in without the second factor, at its start': {
    subject: 'Somebody wants in without your second step',
    link: /https?:\/\/\S+\/recover\/stop\/\S+/,
    done: 'stopped',
    async act(at, owner) {
      await addTotp(at.server, owner)
      const { visitor, page } = await authorize(at.server, at.client)
      const second = await signIn(visitor, page, owner.email)
      for (let times = 0; times < 3; times += 1) await visitor.post(`${attemptOf(second)}/lost`, {})
    },
  },
  'another address, at the one that was left': {
    subject: 'Your address was changed',
    link: /https?:\/\/\S+\/account\/\S+/,
    done: 'Your address is back',
    async act(at, { email }) {
      const address = `moved.${email}`
      const { visitor, page } = await openConsole(at.server, email, { path: '/account/details/address' })
      const asked = await visitor.submit(page, '/address', { email: address })
      const code = codeIn(await at.server.mailTo(address))
      await visitor.submit(asked, asked.url.pathname, { code })
    },
  },
}

describe('owners are told of', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)

    for (const [what, { subject, link, done, act }] of Object.entries(table))
      it(`${what}: one mail, as text and as a page, whose link no scanner uses up and whose button works once`, async () => {
        const owner = await at.server.person()
        await act(at, owner)
        await at.server.app.postbox.settled()
        const all = at.server.mailbox.to(owner.email)
        const mails = all.filter(mail => mail.subject.startsWith(subject))
        expect(mails, all.map(mail => mail.subject).join('; ')).to.have.length(1)
        const [found = linkIn(mails[0]!)] = link.exec(mails[0]!.text) ?? []
        expect(found).to.match(link)
        expect(mails[0]!.html).to.include(found)

        for (const method of ['GET', 'HEAD', 'GET', 'HEAD', 'GET']) {
          const scanner = new Visitor(at.server.issuer)
          const { location } = Object.fromEntries((await scanner.send(method, found)).headers)
          if (location) await scanner.send(method, location)
        }
        const visitor = new Visitor(at.server.issuer)
        const opened = await visitor.open(found)
        expect(opened.status).to.equal(200)
        const pressed = await visitor.submit(opened, opened.url.pathname)
        expect(pressed.status).to.equal(200)
        expect(wordsOf(pressed)).to.include(done)
        expect((await visitor.post(opened.url.pathname, {})).status).to.be.oneOf([404, 409, 410])
      })
  })
})

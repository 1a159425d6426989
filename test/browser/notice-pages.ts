// The mails that tell the owner of an account what happened to it, and the pages that their link opens.
import type { Page } from 'playwright-core'
import type { Account } from '../../src/core/accounts/account.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { addTotp } from '../support/factors.ts'
import { authorization, signInForTokens } from '../support/flow.ts'
import { linkIn, type ReceivedMail } from '../support/mailbox.ts'
import { authorize } from '../support/endpoints.ts'
import { FIREFOX } from '../support/traveller.ts'
import { press } from './person.ts'
import { showMail, type RealPage } from './real-page.ts'
import { newAddress, type Stage } from './stage.ts'

type Happen = (stage: Stage, account: Account) => Promise<unknown>

const happen = {
  'new-device': async ({ server }, { email }) => {
    const client = await server.register('web', { first_party: true })
    await signInForTokens(server, client, email)
    await signInForTokens(server, client, email)
  },
  'password-changed': ({ server }, { id: accountId }) =>
    server.app.events.emit({ type: 'password.changed', accountId, details: { by: 'admin' }, actor: 'command line' }),
  'factor-added': ({ server }, account) => addTotp(server, account),
  'factor-removed': ({ server }, { id: accountId }) =>
    server.app.events.emit({
      type: 'factor.removed',
      accountId,
      details: { method: 'passkey', credential: 'passkey:1', label: 'Rosa’s telephone' },
      address: '192.0.2.7',
      userAgent: 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0',
    }),
  'suspicious-tries': (stage, account) => guess(stage, account, 3),
  'account-locked': (stage, account) => guess(stage, account, 6),
  'session-jumped': async ({ server }, { email }) => {
    const client = await server.register('web', { first_party: true })
    const { visitor } = await signInForTokens(server, client, email)
    await visitor.send('GET', authorization(server, client).url, undefined, { 'user-agent': FIREFOX })
  },
} satisfies Record<string, Happen>

async function guess({ server }: Stage, { email }: Account, times: number): Promise<void> {
  const { visitor, page } = await authorize(server, await server.register('web'))
  const asked = await visitor.submit(page, '/identify', { identifier: email })
  for (let tries = 0; tries < times; tries += 1) await visitor.submit(asked, '/prove/password', { password: 'wrong' })
}

async function told(stage: Stage, kind: keyof typeof happen): Promise<ReceivedMail> {
  const account = await stage.server.person({ email: newAddress() })
  await (happen[kind] as Happen)(stage, account)
  return stage.server.mailTo(account.email)
}

async function openNotMe(stage: Stage, page: Page, kind: keyof typeof happen): Promise<string> {
  const link = linkIn(await told(stage, kind))
  await page.goto(link)
  return link
}

const mailPages = (
  [
    ['new-device', 'A new browser signed in'],
    ['password-changed', 'Your password was changed'],
    ['factor-added', 'A way to sign in was set up'],
    ['factor-removed', 'A way to sign in was removed'],
    ['suspicious-tries', 'Several wrong tries'],
    ['account-locked', 'Too many wrong tries'],
    ['session-jumped', 'A sign-in of yours showed up elsewhere'],
  ] as const
).map(([kind, heading]): RealPage => ({
  name: `mail-${kind}`,
  heading,
  open: async (stage, page) => showMail(page, (await told(stage, kind)).html),
}))

export const noticePages: RealPage[] = [
  ...mailPages,
  {
    name: 'not-me',
    heading: 'Was this not you?',
    open: async (stage, page) => void (await openNotMe(stage, page, 'factor-added')),
  },
  {
    name: 'not-me-new-device',
    heading: 'Was this not you?',
    open: async (stage, page) => void (await openNotMe(stage, page, 'new-device')),
  },
  {
    name: 'not-me-admin',
    heading: 'Was this not you?',
    open: async (stage, page) => void (await openNotMe(stage, page, 'password-changed')),
  },
  {
    name: 'not-me-locked',
    heading: 'Was this not you?',
    open: async (stage, page) => void (await openNotMe(stage, page, 'account-locked')),
  },
  {
    name: 'not-me-done',
    heading: 'Your account is yours again',
    async open(stage, page) {
      await openNotMe(stage, page, 'factor-added')
      await press(page, 'This was not me')
    },
  },
  {
    name: 'not-me-done-device',
    heading: 'Your account is yours again',
    async open(stage, page) {
      await openNotMe(stage, page, 'new-device')
      await press(page, 'This was not me')
    },
  },
  {
    name: 'not-me-unknown',
    heading: 'This link cannot be used',
    open: async ({ server }, page) => void (await page.goto(`${server.issuer}/not-me/${'x'.repeat(43)}`)),
  },
  {
    name: 'not-me-used',
    heading: 'This link cannot be used',
    async open(stage, page) {
      const link = await openNotMe(stage, page, 'factor-added')
      await press(page, 'This was not me')
      await page.goto(link)
    },
  },
  {
    name: 'not-me-expired',
    heading: 'This link cannot be used',
    async open(stage, page) {
      const link = linkIn(await told(stage, 'factor-added'))
      moveClock(8 * 24 * 60 * 60 * 1000 - 1000)
      await page.goto(link)
      resetClock()
    },
  },
]

// What a new password is held against besides its own form: everybody's, leaked ones, and those that the account had.
import { expect } from 'chai'
import { Refused } from '../../../src/lib/errors.ts'
import { checkNewPassword, minLengthFor, type PasswordOwner } from '../../../src/methods/password/rules.ts'
import { changePassword } from '../../../src/methods/password/set.ts'
import { eachEngine } from '../../support/engines.ts'
import { addTotp } from '../../support/factors.ts'
import { PASSWORD, startServer, type TestServer } from '../../support/server.ts'
import { startRanges, type Ranges } from '../../support/ranges.ts'

function codeOf(trying: Promise<unknown>): Promise<string | undefined> {
  return trying.then(
    () => undefined,
    (error: unknown) => {
      expect(error).to.be.instanceOf(Refused)
      return (error as Refused).code
    },
  )
}

const GOOD = 'eleven copper kettles in the rain'
const OTHERS = [
  'nine brass buttons on a coat',
  'four tin whistles by the gate',
  'two paper boats in the canal',
  'six woollen gloves on a line',
]

eachEngine((_engine, openUrl) => {
  describe('the rules for new passwords', () => {
    let server: TestServer
    before(async () => {
      server = await startServer({
        store: await openUrl(),
        env: { LATCHKEY_PASSWORD_MIN_LENGTH: '10', LATCHKEY_NAME: 'Harbourmaster' },
      })
    })
    after(() => server.close())

    const check = (text: string, owner: PasswordOwner = {}) =>
      codeOf(checkNewPassword(server.app.methodServices, text, owner))
    const change = async (owner: PasswordOwner, text: string) => {
      const account = (await server.app.accounts.get(owner.id!))!
      const services = { ...server.app.methodServices, events: server.app.events }
      return codeOf(changePassword(services, account, text, 'person', {}))
    }

    it('refuse what many people use, in whatever case and spelling it is typed', async () => {
      for (const common of [
        '1qaz2wsx3edc',
        '1QAZ2wsx3EDC',
        'password1234',
        'Password1234',
        'ｐａｓｓｗｏｒｄ1234',
        'qwertyuiop123',
      ])
        expect(await check(common), common).to.equal('password.common')
      expect(await check(GOOD)).to.equal(undefined)
    })

    it('refuse what is mostly the person’s name, address or username, or our own name', async () => {
      const owner = { email: 'ann.leeson@example.com', username: 'leeson77', profile: { given_name: 'Annabella' } }
      for (const own of ['ann.leeson2024', 'leeson77leeson', 'Annabella1!', 'HarbourMaster1'])
        expect(await check(own, owner), own).to.equal('password.own_name')
    })

    it('refuse the last five of an account, the present one among them, and no older ones', async () => {
      const person = await server.person()
      expect(await change(person, PASSWORD)).to.equal('password.reused')
      for (const next of OTHERS) expect(await change(person, next)).to.equal(undefined)
      for (const former of [PASSWORD, ...OTHERS])
        expect(await change(person, former), former).to.equal('password.reused')
      expect(await change(person, GOOD)).to.equal(undefined)
      expect(await change(person, PASSWORD)).to.equal(undefined)
    })

    it('know a former password in another spelling that looks the same', async () => {
      const person = await server.person({ password: 'café ﬁve green lanterns' })
      expect(await change(person, 'cafe\u0301 five green lanterns')).to.equal('password.reused')
    })

    it('enter each change in the audit log', async () => {
      const person = await server.person()
      expect(await change(person, GOOD)).to.equal(undefined)
      const { items } = await server.app.events.ofAccount(person.id, { limit: 10 })
      expect(items.map(({ type }) => type)).to.include('password.changed')
      expect(JSON.stringify(items)).to.not.include(GOOD)
    })

    it('ask for less length where a second factor is asked for too, and never for more', async () => {
      const { methodServices, policies } = server.app
      const person = await server.person()
      expect(await minLengthFor(methodServices, person)).to.equal(10)
      await addTotp(server, person)
      expect(await minLengthFor(methodServices, person)).to.equal(8)
      const say = (settings: object) => policies.set({ kind: 'everyone' }, settings, 'a test')
      await say({ secondFactor: 'off' })
      expect(await minLengthFor(methodServices, person)).to.equal(10)
      await say({ secondFactor: 'required', secondFactorGrace: 3600 })
      expect(await minLengthFor(methodServices, {})).to.equal(10)
      await say({ secondFactor: 'required', secondFactorGrace: 0 })
      expect(await minLengthFor(methodServices, {})).to.equal(8)
      // Wherever the person can get in by the password alone, it stands alone.
      const guard = (name: 'account' | 'admin', settings: object) =>
        policies.set({ kind: 'guard', name }, settings, 'a test')
      await guard('account', { secondFactor: 'off' })
      expect(await minLengthFor(methodServices, {})).to.equal(10)
      await guard('account', {})
      await guard('admin', { secondFactor: 'off' })
      expect(await minLengthFor(methodServices, {})).to.equal(8)
      expect(await minLengthFor(methodServices, { roles: ['admin'] })).to.equal(10)
      await guard('admin', {})
    })
  })
})

describe('the look-up among leaked passwords', () => {
  let ranges: Ranges
  let server: TestServer
  const check = (text: string) => codeOf(checkNewPassword(server.app.methodServices, text, {}))
  before(async () => {
    ranges = await startRanges([GOOD])
    server = await startServer({
      env: { LATCHKEY_BREACHED_PASSWORDS_URL: ranges.url, LATCHKEY_ALLOW_NETWORKS: '127.0.0.0/8' },
    })
  })
  after(async () => {
    await server.close()
    await ranges.close()
  })

  it('refuses one that leaked, and lets another pass', async () => {
    expect(await check(GOOD)).to.equal('password.breached')
    expect(await check(PASSWORD)).to.equal(undefined)
  })

  it('tells the service five hex digits, and asks for padding, which counts for nothing', async () => {
    const { path, headers } = ranges.asked.at(-1)!
    expect(path).to.match(/^\/range\/[0-9A-F]{5}$/)
    expect(headers['add-padding']).to.equal('true')
    ranges.padWith(PASSWORD)
    expect(await check(PASSWORD)).to.equal(undefined)
  })

  it('keeps nobody from choosing one when the service is broken, odd, endless, silent or away', async () => {
    for (const fault of ['error', 'nonsense', 'endless', 'hangs'] as const) {
      ranges.fail(fault)
      expect(await check(GOOD), fault).to.equal(undefined)
    }
    ranges.fail(undefined)
    expect(await check(GOOD)).to.equal('password.breached')
    await ranges.close()
    expect(await check(GOOD)).to.equal(undefined)
  })
})

// The catalog, walked by a real journey: each type happens, says all that there is to say, and nothing secret.
import { expect } from 'chai'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { catalog, isHighRate, type EventType } from '../../src/core/events/catalog.ts'
import type { AuditEntry } from '../../src/core/events/events.ts'
import { startMailbox, type Mailbox } from '../support/mailbox.ts'
import { startFleet, type Fleet } from '../support/processes.ts'
import { everyDocument, Secrets } from '../support/secrets.ts'
import { startSmsWebhook, type SmsServer } from '../support/sms.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { Journey } from './journey.ts'

type Field = keyof AuditEntry
const person: Field[] = ['accountId']
const atApp: Field[] = ['accountId', 'clientId']
const inSession: Field[] = ['accountId', 'sessionUid', 'deviceId']

/** What each entry of a type says about whom and what, beside where it came from. */
const about: Record<EventType, Field[]> = {
  'account.registered': person,
  'account.verified': atApp,
  'account.deactivated': person,
  'account.restored': person,
  'account.deletion_scheduled': person,
  'account.purged': person,
  'account.unlocked': person,
  'network.unlocked': [],
  'account.signed_out': person,
  'account.email_changed': [...atApp, 'sessionUid'],
  'account.email_restored': person,
  'account.username_changed': [...atApp, 'sessionUid'],
  'account.completed': atApp,
  'terms.accepted': atApp,
  'invitation.created': [],
  'invitation.resent': [],
  'invitation.revoked': [],
  'invitation.used': atApp,
  'role.assigned': person,
  'groups.changed': person,
  'signin.succeeded': [...atApp, 'deviceId'],
  'signin.failed': atApp,
  'signin.suspicious': atApp,
  'signin.locked': atApp,
  'password.changed': atApp,
  'password.change_demanded': person,
  'factor.enrolled': atApp,
  'factor.removed': person,
  'factor.renamed': atApp,
  'recovery.asked': atApp,
  'recovery.finished': atApp,
  'recovery.begun': atApp,
  'recovery.stopped': person,
  'link.created': atApp,
  'link.used': atApp,
  'device.remembered': [...atApp, 'deviceId'],
  'device.new': [...atApp, 'deviceId'],
  'device.forgotten': [...atApp, 'deviceId'],
  'notice.disputed': person,
  'mail.bounced': person,
  'sms.bounced': person,
  'session.created': [...inSession, 'clientId'],
  'session.jumped': [...inSession, 'clientId'],
  'session.ended': inSession,
  'session.expired': inSession,
  'signout.finished': [...person, 'sessionUid'],
  'consent.given': atApp,
  'consent.refused': atApp,
  'token.issued': [...atApp, 'sessionUid'],
  'token.revoked': [...atApp, 'sessionUid'],
  'grant.revoked': [...atApp, 'sessionUid'],
  'client.created': ['clientId'],
  'client.updated': ['clientId'],
  'client.secret_rotated': ['clientId'],
  'client.removed': ['clientId'],
  'client.locked': ['clientId'],
  'budget.spent': [],
  'policy.changed': [],
  'secrets.rotated': [],
  'keys.rotated': [],
}
/** By jobs, or by everyone together: they come from nowhere. */
const fromNowhere = new Set<string>(['session.expired', 'mail.bounced', 'sms.bounced', 'budget.spent'])
const failures = new Set<string>([
  'signin.failed',
  'signin.locked',
  'consent.refused',
  'mail.bounced',
  'sms.bounced',
  'signin.suspicious',
  'client.locked',
  'budget.spent',
])

describe('the catalog of events', () => {
  let folder: string
  let mailbox: Mailbox
  let texts: SmsServer
  let fleet: Fleet
  let withTerms: Fleet
  let desk: TestServer
  let entries: AuditEntry[]
  let log: string
  const secrets = new Secrets()

  before(async function () {
    this.timeout(180_000)
    folder = await mkdtemp(join(tmpdir(), 'latchkey-events-'))
    const store = `sqlite:${join(folder, 'latchkey.db')}`
    const logFile = join(folder, 'latchkey.log')
    mailbox = await startMailbox()
    texts = await startSmsWebhook()
    texts.refuseNext(422)
    // Any process on a store sends what is in its outbox.
    const ways = { LATCHKEY_MAIL: mailbox.url, LATCHKEY_SMS: texts.url }
    fleet = await startFleet(1, store, undefined, {
      ...ways,
      LATCHKEY_LOG_LEVEL: 'trace',
      LATCHKEY_LOG_FILE: logFile,
      LATCHKEY_SMS_BUDGET: '1',
    })
    withTerms = await startFleet(1, store, fleet.secrets, {
      ...ways,
      LATCHKEY_LOG_LEVEL: 'trace',
      LATCHKEY_TERMS_URL: 'https://example.com/terms',
      LATCHKEY_TERMS_VERSION: '1',
      LATCHKEY_ACCOUNT_FIELDS: JSON.stringify([{ name: 'card', label: 'Library card', required: true }]),
    })
    secrets.keep('LATCHKEY_SECRETS', fleet.secrets)
    desk = await startServer({ store, jobs: false, env: { ...ways, LATCHKEY_SECRETS: fleet.secrets } })
    const env = { LATCHKEY_STORE: store, LATCHKEY_SECRETS: fleet.secrets, LATCHKEY_MAIL: mailbox.url }
    await new Journey({ issuer: fleet.issuer, withTerms: withTerms.issuer, env, desk, mailbox, secrets }).walk()
    entries = (await desk.app.events.list({ limit: 1000 })).items
    log = [...fleet.lines, ...withTerms.lines].join('\n') + (await readFile(logFile, 'utf8'))
  })
  after(async () => {
    await Promise.all([desk?.close(), fleet?.stop(), withTerms?.stop(), mailbox?.close(), texts?.close()])
    await rm(folder, { recursive: true })
  })

  it('happens: an entry of each type, and none of another', () => {
    const types = new Set(entries.map(({ type }) => type))
    expect([...types].toSorted()).to.deep.equal(Object.keys(catalog).toSorted())
  })

  for (const type of Object.keys(catalog) as EventType[])
    describe(type, () => {
      const all = () => entries.filter(entry => entry.type === type)

      it('says when, how it ended, and whom and what it was about', () => {
        expect(all()).to.not.be.empty
        for (const entry of all()) {
          const said = JSON.stringify(entry)
          expect(entry.id, said).to.match(/^[0-9a-f]{28}$/)
          expect(entry.at, said).to.be.a('number')
          expect(entry.outcome, said).to.equal(failures.has(type) ? 'failure' : 'success')
          for (const field of about[type].filter(one => one !== 'sessionUid' || isOfSession(entry)))
            expect(entry[field], `${field} in ${said}`).to.be.a('string').and.to.not.equal('')
          catalog[type].parse(entry.details)
        }
      })

      it('says where it came from', () => {
        for (const entry of all()) {
          const said = JSON.stringify(entry)
          if (entry.actor) expect(entry.actor, said).to.equal('command line')
          else if (!fromNowhere.has(type)) {
            expect(entry.address, said).to.match(/^(127\.0\.0\.1|::1)$/)
            expect(entry.userAgent, said).to.be.a('string').and.to.not.equal('')
            expect(log, said).to.include(`"trace.id":"${entry.traceId}"`)
          }
        }
      })
    })

  it('comes from jobs, the command line and requests, each by its own', () => {
    const ways = (type: EventType) =>
      new Set(entries.filter(one => one.type === type).map(one => one.actor ?? 'request'))
    for (const type of ['account.registered', 'role.assigned', 'token.revoked'] as const)
      expect([...ways(type)], type).to.have.members(['request', 'command line'])
  })

  it('is in order of time', () => {
    expect(entries.map(({ id }) => id)).to.deep.equal(entries.map(({ id }) => id).toSorted())
  })

  it('has no machine traffic: that is counted', () => {
    for (const { type, details } of entries)
      expect(isHighRate({ type: type as EventType, details }), JSON.stringify(details)).to.equal(false)
  })

  it('leaves no secret in an entry, a line of the log, or any document', async () => {
    expect([...secrets.names()]).to.include.members([
      'password',
      'wrong password',
      'authorization code',
      'code verifier',
      'access token',
      'refresh token',
      'ID token’s signature',
      'client secret',
      'mailed code',
      'secret of a mailed link',
      'invitation',
      'session cookie',
      'device cookie',
      'LATCHKEY_SECRETS',
    ])
    secrets.expectNoneIn('the audit', JSON.stringify(entries))
    for (const line of log.split('\n')) secrets.expectNoneIn('the log', line)
    const documents = await everyDocument(desk.app.store)
    expect(documents.size).to.be.above(100)
    for (const [where, text] of documents) secrets.expectNoneIn(where, text)
  })

  it('leaves no secret in the bytes of the store’s files', async () => {
    for (const name of await readdir(folder))
      if (name.startsWith('latchkey.db')) secrets.expectNoneIn(name, await readFile(join(folder, name), 'latin1'))
  })
})

/** What is done by the command line, or before anyone is signed in, has no session. */
function isOfSession({ actor, details }: AuditEntry): boolean {
  return actor === undefined && details.reason !== 'disputed'
}

// What the tests of faults have in common: a store with an app, a process on it that may be ended, and people who come
// to it by the dozen, each from an address of their own.
import { fileURLToPath } from 'node:url'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { startChild, type Child } from '../support/child.ts'
import { attemptOf, authorization } from '../support/flow.ts'
import { codeIn } from '../support/mailbox.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Stage {
  /** Holds the store and the mailbox; nobody goes to it. */
  server: TestServer
  client: ClientView
  /** Starts the process under test: at the same address each time. */
  launch(env?: Record<string, string>): Promise<Child>
  close(): Promise<void>
}

export async function openStage(options: Parameters<typeof startServer>[0] = {}): Promise<Stage> {
  const server = await startServer(options)
  const client = await server.register('web', { first_party: true })
  const children: Child[] = []
  let port = '0'
  return {
    server,
    client,
    async launch(env = {}) {
      const proxies = { LATCHKEY_TRUSTED_PROXIES: '127.0.0.1,::1', LATCHKEY_LOG_LEVEL: 'info' }
      const child = await startChild({ ...server.env, ...proxies, LATCHKEY_PORT: port, ...env })
      port = new URL(child.issuer).port
      children.push(child)
      return child
    },
    async close() {
      for (const child of children) child.process.kill('SIGKILL')
      await server.close()
    },
  }
}

/** An address of a /24 of its own, so that no limit on one network stops a crowd. */
const addressOf = (person: number) => ({ 'x-forwarded-for': `10.${person >> 8}.${person & 255}.1` })
export const emailOf = (person: number) => `person-${person}@example.com`

/** From the app to an account: true once the server has said that there is one. */
export async function register({ server, client }: Stage, child: Child, person: number): Promise<boolean> {
  const { issuer } = child
  const visitor = new Visitor(issuer)
  const from = addressOf(person)
  const page = await visitor.open(authorization({ issuer }, client).url, from)
  const form = { email: emailOf(person), username: '', name: '', password: PASSWORD }
  const asked = await visitor.send('POST', `${attemptOf(page)}/signup`, form, from)
  if (asked.status !== 303) return false
  // A process that is killed may have taken the mail with it.
  const mail = await Promise.race([server.mailbox.next(emailOf(person)), child.ended])
  if ('signal' in mail) return false
  const code = codeIn(mail)
  const proven = await visitor.send('POST', `${attemptOf(page)}/verify`, { code }, from)
  return proven.status === 303
}

/** Whether the person gets in with their password. */
export async function canSignIn({ client }: Stage, issuer: string, person: number): Promise<boolean> {
  const visitor = new Visitor(issuer)
  const from = addressOf(person)
  const page = await visitor.open(authorization({ issuer }, client).url, from)
  await visitor.send('POST', `${attemptOf(page)}/identify`, { identifier: emailOf(person) }, from)
  const proven = await visitor.send('POST', `${attemptOf(page)}/prove/password`, { password: PASSWORD }, from)
  return proven.status === 303 && proven.headers.get('location')!.includes('/authorize/')
}

/** Does the work for each of them, so many at once; what fails is undefined. */
export async function crowd<T>(
  people: readonly number[],
  atOnce: number,
  work: (person: number) => Promise<T>,
): Promise<(T | undefined)[]> {
  const results: (T | undefined)[] = []
  const waiting = [...people.entries()]
  async function worker(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [place, person] = next
      results[place] = await work(person).catch(() => undefined)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

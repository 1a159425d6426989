// People who sign in, refresh and sign out, one act after the other, until the server under them is killed; and what each
// of them was told before.
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { authorize, introspect, refresh } from '../support/endpoints.ts'
import { codeOf, redeem, signIn } from '../support/flow.ts'
import { Visitor } from '../support/visitor.ts'

type Server = { issuer: string }
type Act = 'sign-in' | 'refresh' | 'sign-out'

export interface Person {
  id: string
  email: string
}

/** One person at one browser. */
export class Worker {
  readonly person: Person
  /** What was under way when the server was killed: nobody was told how it ended. */
  underWay: Act | undefined
  /** Told to be disabled, and told that it is. */
  disabled: 'asked' | 'done' | undefined
  #visitor: Visitor
  /** The newest that was given out, while signed in. */
  #refreshToken: string | undefined
  /** Of sessions that were signed out of, for good. */
  readonly #dead: { visitor: Visitor; token: string }[] = []

  readonly #server: Server
  readonly #client: ClientView

  constructor(server: Server, client: ClientView, person: Person) {
    this.#server = server
    this.#client = client
    this.person = person
    this.#visitor = new Visitor(server.issuer)
  }

  /** Acts until a request fails because nobody is there any more. `begun` is called before each request. */
  async run(begun: () => void): Promise<void> {
    while (this.disabled === undefined) {
      const act = this.#next()
      this.underWay = act
      begun()
      try {
        await this.#do(act, begun)
      } catch (error) {
        if (isGone(error)) return
        // Whoever is disabled meanwhile is refused.
        if (this.disabled !== undefined) break
        throw error
      }
      this.underWay = undefined
    }
    this.underWay = undefined
  }

  #next(): Act {
    if (!this.#refreshToken) return 'sign-in'
    return Math.random() < 0.7 ? 'refresh' : 'sign-out'
  }

  async #do(act: Act, begun: () => void): Promise<void> {
    if (act === 'sign-in') await this.#signIn(begun)
    else if (act === 'refresh') await this.#refresh()
    else await this.#signOut(begun)
  }

  async #signIn(begun: () => void): Promise<void> {
    this.#visitor = new Visitor(this.#server.issuer)
    const { page, codeVerifier } = await authorize(this.#server, this.#client, {}, this.#visitor)
    begun()
    const end = await signIn(this.#visitor, page, this.person.email)
    begun()
    const { status, body } = await redeem(this.#server, this.#client, codeOf(end), codeVerifier)
    if (status !== 200) throw new Error(`the code was answered ${status} ${JSON.stringify(body)}`)
    this.#refreshToken = body.refresh_token
  }

  async #refresh(): Promise<void> {
    const { status, body } = await refresh(this.#server, this.#client, this.#refreshToken!)
    if (status !== 200) throw new Error(`the newest refresh token was answered ${status} ${JSON.stringify(body)}`)
    this.#refreshToken = body.refresh_token
  }

  async #signOut(begun: () => void): Promise<void> {
    const page = await this.#visitor.open('/logout')
    begun()
    const left = await this.#visitor.submit(page, '/logout/confirm', { logout: 'yes' })
    if (left.status !== 200) throw new Error(`the sign-out was answered ${left.status}`)
    this.#dead.push({ visitor: this.#visitor, token: this.#refreshToken! })
    this.#refreshToken = undefined
  }

  /** After a restart: what was acknowledged holds; what was under way is settled, whichever way it went. */
  async check(): Promise<void> {
    for (const { visitor, token } of this.#dead.splice(0)) await this.#expectDead(visitor, token)
    if (this.disabled === 'done') {
      if (this.#refreshToken) await this.#expectDead(this.#visitor, this.#refreshToken)
      await this.#expectNoSignIn()
    }
    if (this.disabled !== undefined) return
    // A refresh, a sign-out: done or not, it was not acknowledged, and a new sign-in must work.
    if (this.underWay) this.#refreshToken = undefined
    this.underWay = undefined
    if (this.#refreshToken) await this.#refresh()
  }

  async #expectDead(visitor: Visitor, token: string): Promise<void> {
    const { body } = await introspect(this.#server, this.#client, token)
    if (body.active) throw new Error(`${this.person.email}: a token lives on after its end was acknowledged`)
    const { page } = await authorize(this.#server, this.#client, { prompt: 'none' }, visitor)
    const error = page.url.searchParams.get('error')
    if (error !== 'login_required') throw new Error(`${this.person.email}: a session lives on: ${page.url}`)
  }

  async #expectNoSignIn(): Promise<void> {
    const visitor = new Visitor(this.#server.issuer)
    const { page } = await authorize(this.#server, this.#client, {}, visitor)
    const end = await signIn(visitor, page, this.person.email)
    if (end.url.origin !== this.#server.issuer) throw new Error(`${this.person.email}: signs in, though disabled`)
  }
}

/** The server is not there, or went away in the middle of an answer. */
function isGone(error: unknown): boolean {
  const { message, cause } = error as Error
  return message === 'fetch failed' || message === 'terminated' || /ECONNRESET|ECONNREFUSED/.test(String(cause))
}

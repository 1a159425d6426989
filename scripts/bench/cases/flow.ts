// What an app and a person do at a server, in steps that can be measured: the authorization request, the pages, the code.
import { createHash, randomBytes } from 'node:crypto'
import { Browser, type Steps } from '../load/browser.ts'
import { openConnection } from '../load/connection.ts'
import { basic, expectAnswer, member, post, type Answer } from '../load/http.ts'
import { CLIENT_ID, PASSWORD, REDIRECT_URI, SCOPE, emailOf } from '../servers/setting.ts'
import type { SignedIn, Target } from '../servers/target.ts'

/** The same for all requests of a run: it costs the server what a fresh one costs. */
const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')

export const authorizePath = `/authorize?${new URLSearchParams({
  client_id: CLIENT_ID,
  response_type: 'code',
  redirect_uri: REDIRECT_URI,
  scope: SCOPE,
  state: 'af0ifjsldkj',
  nonce: 'n-0S6_WzA2Mj',
  code_challenge: challenge,
  code_challenge_method: 'S256',
})}`

/** From the authorization request through the pages to the tokens. `person` counts from 1. */
export function* signInSteps(target: Target, browser: Browser, person: number): Steps<SignedIn> {
  const end = yield* browser.open(authorizePath, { identifier: emailOf(person), password: PASSWORD })
  return yield* redeemed(target, browser, end)
}

/** The last of a sign-in: the tokens for the code that the app was sent. */
export function* redeemed(target: Target, browser: Browser, end: URL): Steps<SignedIn> {
  const answer = yield redemption(target, end.searchParams.get('code') ?? '')
  expectAnswer(answer, 200, '"id_token":"')
  return { browser, accessToken: member(answer, 'access_token'), refreshToken: member(answer, 'refresh_token') }
}

export function redemption(target: Target, code: string): Buffer {
  return tokenRequest(target, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
  })
}

/** A form post by the app's own authentication. */
export function tokenRequest(target: Target, fields: Record<string, string>, path = '/token'): Buffer {
  return post(target.origin, path, fields, basic(CLIENT_ID, target.clientSecret))
}

/**
 * Those whose tokens and sessions a connection uses: its share of the target's people who are signed in, or one that is
 * signed in now, outside of what is measured.
 */
export async function signedInFor(target: Target, index: number, connections: number): Promise<() => SignedIn> {
  const all = target.signedIn
  const own = all
    ? all.filter((_, at) => at % connections === index)
    : [await walk(target.origin, signInSteps(target, new Browser(target.origin), 1 + (index % target.people)))]
  return () => own[Math.floor(Math.random() * own.length)]!
}

/** Takes the steps on a connection of their own. */
export async function walk<Result>(origin: string, steps: Steps<Result>): Promise<Result> {
  const connection = await openConnection(origin)
  try {
    let step = steps.next()
    while (!step.done) {
      const { value } = step
      const answer: Answer = await (value instanceof Promise ? value : connection.ask(value))
      step = steps.next(answer)
    }
    return step.value
  } finally {
    connection.close()
  }
}

// How Acme Notes looks. Nothing here knows the protocol.
import type { DescribedError } from './errors.ts'
import { html, type Html } from './html.ts'
import type { SignedIn } from './signed-in.ts'

export function signedOutPage(issuer: string, notice?: string): string {
  return page(
    'Acme Notes',
    html`
      <section class="hero">
        <h1>Your notes, wherever you are.</h1>
        <p>Acme Notes is a small example app. It leaves signing in to <strong>${new URL(issuer).host}</strong>.</p>
        ${noticeBox(notice)}
        <div class="actions">
          <form action="/sign-in"><button>Sign in</button></form>
          <form action="/sign-up"><button class="quiet">Create an account</button></form>
        </div>
      </section>
      <section class="card">
        <h2>What happens then</h2>
        <ol>
          <li>
            Your browser goes to ${new URL(issuer).host}, where you say who you are. Acme Notes never sees your
            password.
          </li>
          <li>You decide what Acme Notes may know about you.</li>
          <li>You come back signed in, and this page shows what was said about you.</li>
        </ol>
      </section>
    `,
  )
}

export function signedInPage(person: SignedIn, userInfo: Record<string, unknown> | Error, notice?: string): string {
  // A provider may leave what the scopes ask for to userinfo, and most do (OpenID Connect Core 5.4).
  const known: Record<string, unknown> = userInfo instanceof Error ? person.claims : { ...person.claims, ...userInfo }
  const name = asText(known.name ?? known.email ?? known.sub)
  return page(
    `${name} · Acme Notes`,
    html`
      <section class="hello">
        <div class="avatar" aria-hidden="true">${[...name][0]?.toUpperCase()}</div>
        <div>
          <h1>Hello, ${name}</h1>
          <p>You are signed in.</p>
        </div>
        <div class="actions">
          ${person.refreshToken && html`<form action="/refresh" method="post"><button class="quiet">Refresh tokens</button></form>`}
          <form action="/sign-out" method="post"><button>Sign out</button></form>
        </div>
      </section>
      ${noticeBox(notice)}
      <section class="card">
        <h2>ID token</h2>
        <p>Who you are and how you signed in, signed by the provider and checked by this app.</p>
        ${claimsTable('Claims of the ID token', person.claims)}
      </section>
      <section class="card">
        <h2>Userinfo</h2>
        ${
          userInfo instanceof Error
            ? html`<p role="alert">${userInfo.message}</p>`
            : html`<p>What the provider says about you right now, asked for with the access token.</p>
                ${claimsTable('Claims from userinfo', userInfo)}`
        }
      </section>
      <section class="card">
        <h2>Tokens</h2>
        <dl>
          <dt>Access token</dt>
          <dd>${person.expiresAt ? `until ${dateTime(person.expiresAt)}` : 'of unknown lifetime'}</dd>
          <dt>Refresh token</dt>
          <dd>${person.refreshToken ? 'kept on the server, replaced at each use' : 'none was given'}</dd>
          <dt>Scope</dt>
          <dd>${person.scope ?? 'as asked for'}</dd>
        </dl>
      </section>
    `,
  )
}

export function errorPage(error: DescribedError, signedIn: boolean): string {
  return page(
    'Something went wrong · Acme Notes',
    html`
      <section class="hero">
        <h1>That did not work</h1>
        <p role="alert">${error.message}</p>
        ${error.code && html`<p class="code">Error code: <code>${error.code}</code></p>`}
        <div class="actions">
          <form action="/sign-in"><button>Sign in again</button></form>
          <form action="/">
            <button class="quiet">${signedIn ? 'Back to your notes' : 'Back to the start'}</button>
          </form>
        </div>
      </section>
    `,
  )
}

// OpenID Connect Core 2 and 5.1, RFC 8176.
const meanings: Record<string, string> = {
  iss: 'The provider that signed this',
  sub: 'You, by an id that never changes',
  aud: 'The app that it is meant for',
  exp: 'Not to be accepted after',
  iat: 'Signed at',
  auth_time: 'When you proved who you are',
  nonce: 'Ties it to this very sign-in',
  acr: 'How strongly you proved who you are',
  amr: 'By which means',
  at_hash: 'Ties it to the access token',
  sid: 'Your session at the provider',
  name: 'Your name',
  given_name: 'First name',
  family_name: 'Last name',
  preferred_username: 'Username',
  email: 'Address for mail',
  email_verified: 'Whether that address was proven',
  updated_at: 'Profile last changed',
}
const times = new Set(['exp', 'iat', 'nbf', 'auth_time', 'updated_at'])

function claimsTable(caption: string, claims: Record<string, unknown>): Html {
  const rows = Object.entries(claims).map(
    ([claim, value]) =>
      html`<tr>
        <th scope="row"><code>${claim}</code><span>${meanings[claim]}</span></th>
        <td>${readable(claim, value)}</td>
      </tr>`,
  )
  return html`<table>
    <caption class="unseen">
      ${caption}
    </caption>
    <thead class="unseen">
      <tr>
        <th scope="col">Claim</th>
        <th scope="col">Value</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`
}

function readable(claim: string, value: unknown): string {
  if (times.has(claim) && typeof value === 'number') return `${dateTime(value * 1000)} (${value})`
  if (Array.isArray(value)) return value.join(', ')
  return asText(value)
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Takes epoch milliseconds. */
function dateTime(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').replace(/\..*/, ' UTC')
}

function noticeBox(notice: string | undefined): Html | undefined {
  return notice === undefined ? undefined : html`<p class="notice" role="status">${notice}</p>`
}

function page(title: string, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <header>
          <a href="/"><img src="/icon.svg" alt="" width="28" height="28" />Acme <b>Notes</b></a>
        </header>
        <main>${body}</main>
      </body>
    </html> `.text
}

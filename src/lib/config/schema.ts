import { domainToASCII } from 'node:url'
import { z } from 'zod'
import { duration, flag, list, networks, oneOf, text, webAddress, whole, wholeOrCores } from './kinds.ts'
import { accountFields } from './account-fields.ts'
import { resources } from './resources.ts'
import { isDomain, isIssuer, isMail, isRedis, isSecureOrigin, isSender, isStore } from './addresses.ts'
import { readLimitSetting } from './limit-settings.ts'
import { upstreams } from './upstreams.ts'
import { isSms } from '../sms/address.ts'

const PASSWORD_CHARACTERS = ['upper', 'lower', 'digit', 'symbol'] as const
const passwordCharacter = z.string().pipe(z.enum(PASSWORD_CHARACTERS))

/** Every key, its values and its default. docs/configuration.md is made from this by `scripts/config-table.ts`. */
export const schema = z.strictObject({
  env: oneOf('development', 'staging', 'production')
    .default('development')
    .describe('The profile: which defaults hold, and how strict the start is. Set by the variable alone.'),
  issuer: text(
    'an http or https origin, such as https://id.example.com, with no path and no slash at its end',
    isIssuer,
  )
    .default('http://localhost:3000')
    .describe(
      'The address that apps and browsers know Latchkey by; the `iss` of every token. http only outside production. The default follows `port`.',
    ),
  port: whole(0, 65_535).default(3000).describe('The port to listen on, for plain HTTP. 0 lets the system choose.'),
  host: text('a host name or an address', isHost)
    .default('::')
    .describe('The address to listen on; `::` is every one, IPv4 included.'),
  workers: wholeOrCores(1, 256)
    .default(1)
    .describe(
      'How many processes serve the port. `auto`: one for each core. Several need a store that they can share.',
    ),
  managementPort: whole(0, 65_535)
    .optional()
    .describe(
      'The port for metrics and health by area, for operators alone. Unset, it is not there. 0 lets the system choose.',
    ),
  managementHost: text('a host name or an address', isHost)
    .default('127.0.0.1')
    .describe('The address that the management port listens on. Whoever reaches it may read it.'),
  otlpEndpoint: webAddress()
    .optional()
    .describe('An OpenTelemetry collector (OTLP over HTTP), such as http://127.0.0.1:4318. Unset, nothing is traced.'),
  tracePercent: whole(1, 100)
    .default(100)
    .describe(
      'Of a hundred requests, how many are traced; a caller that traces, through a trusted proxy, decides itself.',
    ),
  name: text('1 to 60 printable characters', value => /^[^\p{C}]{1,60}$/u.test(value))
    .default('Latchkey')
    .describe('The name that pages and mails carry.'),
  dataDir: text('the path of a folder', isPath)
    .default('data')
    .describe('The folder for what Latchkey keeps on disk: the embedded store, development secrets and mails.'),
  store: text('sqlite:PATH, sqlite::memory:, or mongodb://… (or mongodb+srv://…)', isStore)
    .default('sqlite:data/latchkey.db')
    .describe('Where everything is kept. The default lies in `dataDir`.')
    .meta({ secret: true }),
  redis: text(
    'redis://[USER:PASSWORD@]HOST:PORT, redis+sentinel://HOST:PORT,…/NAME, or redis+cluster://HOST:PORT,… (rediss for TLS)',
    isRedis,
  )
    .optional()
    .describe(
      'Where sessions, sign-ins under way and floods are kept, in place of the store; and how processes call each other.',
    )
    .meta({ secret: true }),
  mail: text('smtp://USER:PASSWORD@HOST:PORT, smtps://…, file:DIR, or console:', isMail)
    .default('file:data/mail')
    .describe('How mail goes out. `file:` keeps each mail as a file; the default lies in `dataDir`.')
    .meta({ secret: true }),
  mailFrom: text('an address, or a name with one, such as Example <no-reply@example.com>', isSender)
    .default('Latchkey <no-reply@localhost>')
    .describe('The sender of every mail.'),
  sms: text(
    'twilio://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com?from=NUMBER, webhook+https://:SECRET@HOST/PATH (a secret of at least 32 characters), file:DIR, or console:',
    isSms,
  )
    .optional()
    .describe(
      'How text messages go out. Not set: codes by text message are not offered. `from` is a number, a sender’s name or a messaging service’s SID.',
    )
    .meta({ secret: true }),
  smsPrefixes: list(z.string().regex(/^\+[1-9]\d{0,14}$/), 'the beginnings of numbers, such as +49, +1415')
    .default([])
    .describe('Where text messages may go: the numbers that begin so. All countries when not set.')
    .meta({ shownDefault: 'all' }),
  smsBudget: whole(1, 10_000_000)
    .default(1000)
    .describe('Text messages to everyone within a day; beyond that none is sent.'),
  trustedProxies: networks()
    .optional()
    .describe('Proxies whose `X-Forwarded-For` is believed. `none`: no proxy stands before the server.'),
  allowNetworks: networks()
    .default([])
    .describe('Private networks that our own outgoing calls may reach, such as to key sets of apps.'),
  secrets: list(z.string().min(1), 'one or more secrets of at least 32 characters, the newest first')
    .default([])
    .describe('Protect keys at rest and cookies. The newest first; keep an old one while what it sealed is in use.')
    .meta({ secret: true, shownDefault: 'none' }),
  logLevel: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent')
    .default('info')
    .describe('The least that is logged.'),
  logFile: text('the path of a file', isPath)
    .optional()
    .describe('Logs go there too, beside the standard output. Opened anew on SIGHUP, for log rotation.'),
  termsUrl: webAddress().optional().describe('The terms of service, linked from registration and the pages’ foot.'),
  privacyUrl: webAddress().optional().describe('The privacy policy, linked likewise.'),
  termsVersion: text('1 to 40 printable characters, such as 2026-11', value => /^[^\p{C}]{1,40}$/u.test(value))
    .optional()
    .describe(
      'The version of the terms. Whoever has not accepted this very one is asked at the next sign-in. Needs `termsUrl`.',
    ),
  termsChanges: text('1 to 2000 characters', value => /^[^\p{Cc}]{1,2000}$/u.test(value))
    .optional()
    .describe('What is new in the terms, in plain words, for who accepted an older version.'),
  registration: oneOf('open', 'domain', 'invitation', 'closed')
    .default('open')
    .describe('Who may register: everybody, addresses of `registrationDomains`, who is invited, or nobody.'),
  registrationDomains: list(
    z.string().transform(domainToASCII).pipe(z.string().refine(isDomain)),
    'domains, such as example.com',
  )
    .default([])
    .describe(
      'The domains of the addresses that may register, where `registration` is `domain`. Their subdomains may not.',
    )
    .meta({ shownDefault: 'none' }),
  usernames: oneOf('optional', 'required', 'off')
    .default('optional')
    .describe('Whether people have a username beside their address.'),
  accountFields: accountFields()
    .default([])
    .describe('Further fields of an account, asked at registration and given to apps as claims. See docs/accounts.md.')
    .meta({ shownDefault: 'none' }),
  passwordMinLength: whole(8, 64)
    .default(15)
    .describe('The least characters of a new password that signs in alone. NIST SP 800-63B-4 asks for 15.'),
  passwordMinLengthWithSecondFactor: whole(8, 64)
    .default(8)
    .describe('The same where the account has a second factor that is asked for, or policy requires one at once.'),
  passwordCharacters: list(passwordCharacter, `some of ${PASSWORD_CHARACTERS.join(', ')}`)
    .default([])
    .describe('Kinds of characters that a new password must have. NIST SP 800-63B-4 asks for none.')
    .meta({ shownDefault: 'none' }),
  passwordHistory: whole(0, 24)
    .default(5)
    .describe('How many of an account’s last passwords, the present one among them, cannot be chosen again.'),
  passwordMaxAge: duration('1d', '3650d')
    .optional()
    .describe('After how long a password has to be changed. NIST SP 800-63B-4 advises against it. Unset: never.'),
  breachedPasswordsUrl: webAddress()
    .optional()
    .describe(
      'A range API that knows leaked passwords, such as https://api.pwnedpasswords.com/range. It gets 5 hex digits of a SHA-1.',
    ),
  rpId: text('the issuer’s host, or a domain above it, such as example.com for id.example.com', isDomain)
    .optional()
    .describe('The domain that passkeys belong to: changing it later ends all of them. The issuer’s host unless given.')
    .meta({ shownDefault: 'the issuer’s host' }),
  relatedOrigins: list(z.string().refine(isSecureOrigin), 'https origins, such as https://example.org')
    .default([])
    .describe('Further sites of yours that may use the same passkeys (Related Origin Requests).')
    .meta({ shownDefault: 'none' }),
  resources: resources()
    .default([])
    .describe('Outside resource servers (RFC 8707) that access tokens can be asked for.')
    .meta({ shownDefault: 'none' }),
  upstreams: upstreams()
    .default([])
    .describe('Other places to sign in from: Google, Microsoft, Apple, GitHub, any OIDC issuer. See docs/upstreams.md.')
    .meta({ secret: true, shownDefault: 'none' }),

  accessTokenTtl: duration('1m', '1d').default(900).describe('How long an opaque access token holds.'),
  jwtAccessTokenTtl: duration('30s', '5m')
    .default(300)
    .describe('How long a JWT access token holds. It cannot be revoked, hence the low bound.'),
  idTokenTtl: duration('1m', '1d').default(900).describe('How long an ID token holds.'),
  authorizationCodeTtl: duration('10s', '10m').default(60).describe('How long an authorization code can be redeemed.'),
  refreshTokenTtl: duration('5m', '365d')
    .default(604_800)
    .describe('How long a refresh token holds after its last use.'),
  refreshTokenMaxTtl: duration('5m', '730d')
    .default(2_592_000)
    .describe('How long refreshing goes on after the sign-in, however often it is used.'),
  sessionIdleTtl: duration('1m', '365d').default(7200).describe('How long a session lasts without use.'),
  sessionMaxTtl: duration('1m', '365d').default(43_200).describe('How long a session lasts at most.'),
  rememberedSessionTtl: duration('1h', '365d')
    .default(2_592_000)
    .describe('How long a session lasts that was asked to be remembered.'),
  interactionTtl: duration('5m', '1d')
    .default(3600)
    .describe('How long a sign-in may take, from the first page to the last.'),
  verificationTtl: duration('5m', '7d').default(86_400).describe('How long the link of a verification mail works.'),
  codeTtl: duration('1m', '15m').default(300).describe('How long a mailed code works.'),
  magicLinkTtl: duration('1m', '1d')
    .default(900)
    .describe('How long a mailed link to sign in works. One that an administrator makes says so itself.'),
  passwordResetTtl: duration('5m', '1d')
    .default(3600)
    .describe('How long the mailed link to choose a new password works.'),
  delayedRecovery: flag()
    .default(true)
    .describe(
      'Whether people who have lost their second factor may get in without it, after a wait in which they are told.',
    ),
  recoveryDelay: duration('1h', '30d')
    .default(259_200)
    .describe('How long that wait is: the time that an owner has to stop somebody who is not they.'),

  deletionGrace: duration('1m', '365d')
    .default(2_592_000)
    .describe('How long a deleted account can still be brought back, before it is removed for good.'),
  traceTtl: duration('1d', '3650d')
    .default(2_592_000)
    .describe(
      'How long addresses and User-Agents are kept in full, in audit entries too, before only network, browser and system are.',
    ),
  auditTtl: duration('1d', '3650d').default(7_776_000).describe('How long audit entries are kept.'),
  auditTokens: flag()
    .default(false)
    .describe('Whether each refresh and each token of a service is an audit entry too, and not only counted.'),
  signingKeyTtl: duration('1d', '730d').default(7_776_000).describe('How long a key signs before new ones are made.'),

  passwordFailures: whole(1, 100)
    .default(5)
    .describe('Wrong passwords for one account within the window, before it is locked.'),
  passwordWindow: duration('10s', '1d').default(300).describe('The window in which wrong passwords are counted.'),
  passwordLock: duration('10s', '1d').default(900).describe('How long a lock lasts.'),
  addressFailures: whole(1, 1_000_000)
    .default(50)
    .describe('Wrong passwords from one network address (/24, /64) within the window.'),
  globalFailures: whole(1, 1_000_000_000)
    .default(10_000)
    .describe('Wrong passwords from everywhere within the window.'),
  limits: list(
    z.string().refine(value => readLimitSetting(value) !== undefined),
    'NAME=off or NAME=MAX/WINDOW[/LOCK[/LONGEST LOCK]], such as sms.number=10/1h',
  )
    .default([])
    .describe('Single limits changed or switched off by their names, which docs/limits.md lists.')
    .meta({ shownDefault: 'none' }),
  hashConcurrency: whole(1, 256)
    .default(1)
    .describe('Passwords that one process hashes at the same time. More than the cores only lengthens the wait.')
    .meta({ shownDefault: 'the number of cores, divided by `workers`' }),
  hashQueue: whole(0, 100_000)
    .default(500)
    .describe('Passwords that may wait to be hashed; beyond that the answer is 503.'),
})

function isHost(value: string): boolean {
  return /^[\w.:-]+$/.test(value)
}

function isPath(value: string): boolean {
  return value !== '' && !value.includes('\0')
}

/** The whole configuration, checked: durations in seconds, paths absolute, lists as arrays. */
export type Config = z.output<typeof schema>
export type ConfigKey = keyof Config
export type Environment = Config['env']

export const configKeys = Object.keys(schema.shape) as ConfigKey[]

import type { Config, Environment } from './schema.ts'
import { addressesOf } from './upstreams.ts'

type Rule = { in: readonly Environment[]; broken: (config: Config) => boolean; line: string }

const PRODUCTION = ['production'] as const
const NOT_DEVELOPMENT = ['staging', 'production'] as const

/** What must not go before real users. Staging is the same, but for plain http and for mail that is only kept. */
const RULES: readonly Rule[] = [
  {
    in: PRODUCTION,
    broken: ({ issuer }) => issuer.startsWith('http:'),
    line: 'LATCHKEY_ISSUER: an http issuer is unsafe; set it to the https origin that browsers use',
  },
  {
    in: NOT_DEVELOPMENT,
    broken: ({ secrets }) => secrets.length === 0,
    line: 'LATCHKEY_SECRETS: secrets are generated in development only; set it (or LATCHKEY_SECRETS_FILE) to the output of `openssl rand -base64 48`',
  },
  {
    in: NOT_DEVELOPMENT,
    broken: ({ secrets }) => secrets.some(secret => secret.length < 32),
    line: 'LATCHKEY_SECRETS: a secret of fewer than 32 characters is unsafe; set each to the output of `openssl rand -base64 48`',
  },
  {
    in: PRODUCTION,
    broken: ({ mail }) => mail.startsWith('console:') || mail.startsWith('file:'),
    line: 'LATCHKEY_MAIL: mail that only goes to the console or a file reaches nobody; set it to smtp://USER:PASSWORD@HOST:PORT',
  },
  {
    in: PRODUCTION,
    broken: ({ sms }) => sms !== undefined && /^(console|file):/.test(sms),
    line: 'LATCHKEY_SMS: text messages that only go to the console or a file reach nobody; set it to twilio://… or webhook+https://…, or take it out',
  },
  {
    in: PRODUCTION,
    broken: ({ upstreams }) => upstreams.flatMap(addressesOf).some(address => address.startsWith('http:')),
    line: 'LATCHKEY_UPSTREAMS: an http address is unsafe; set each to https',
  },
  {
    in: NOT_DEVELOPMENT,
    broken: ({ store }) => store === 'sqlite::memory:',
    line: 'LATCHKEY_STORE: a store in memory loses everything at a restart; set it to sqlite:PATH or mongodb://HOST/NAME',
  },
  {
    in: NOT_DEVELOPMENT,
    broken: ({ issuer, trustedProxies }) => issuer.startsWith('https:') && trustedProxies === undefined,
    line: 'LATCHKEY_TRUSTED_PROXIES: an https issuer has a proxy before this server, which speaks http; set it to the proxy’s addresses or CIDR blocks, or to none',
  },
]

/** What is unsafe for the environment, each in a line that says what to set. */
export function unsafeSettings(config: Config): string[] {
  return RULES.filter(rule => rule.in.includes(config.env) && rule.broken(config)).map(rule => rule.line)
}

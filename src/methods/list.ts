// The one list of methods. Adding one is a folder and a line here; the order is that in which they are offered.
import type { NameFactor } from '../core/notices/tell.ts'
import { emailCode } from './email-code/email-code.ts'
import type { Config } from '../lib/config/schema.ts'
import { magicLink } from './magic-link/magic-link.ts'
import type { Method } from './method.ts'
import { passkey } from './passkey/passkey.ts'
import { password } from './password/password.ts'
import { recoveryCodes } from './recovery-codes/recovery-codes.ts'
import { smsCode } from './sms-code/sms-code.ts'
import { totp } from './totp/totp.ts'
import { upstreamMethod } from './upstream/upstream.ts'

export const methods: readonly Method[] = [password, passkey, totp, emailCode, magicLink, smsCode, recoveryCodes]

/** With those that the configuration adds: each upstream is one of its own. */
export function knownMethods(all: readonly Method[], { upstreams }: Pick<Config, 'upstreams'>): readonly Method[] {
  return [...all, ...upstreams.map(upstreamMethod)]
}

/** Those that can work here: what cannot send a message is not offered. */
export function workingMethods(all: readonly Method[], config: Pick<Config, 'sms' | 'upstreams'>): readonly Method[] {
  return knownMethods(all, config).filter(method => config.sms !== undefined || method !== smsCode)
}

/** What an account had set up or removed, as its owner knows it. */
export function nameFactor(all: readonly Method[]): NameFactor {
  return ({ method: id, label }, t) => {
    const kind = all.find(method => method.id === id)?.words(t).name ?? id ?? ''
    return label && label !== kind ? t('methods:named', { kind, name: label }) : kind
  }
}

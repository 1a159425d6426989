// People who have other ways to sign in than the password, and what they sign in with.
import { randomInt } from 'node:crypto'
import { personOf } from '../../../src/cli/seed/people.ts'
import { credentialDeclaration, onlyCredentialId } from '../../../src/core/credentials.ts'
import { addTotp, type Authenticator } from '../../../test/support/factors.ts'
import { startMailbox, type Mailbox } from '../../../test/support/mailbox.ts'
import { addPasskey } from '../../../test/support/passkeys.ts'
import type { SoftAuthenticator } from '../../../test/support/soft-authenticator.ts'
import { openInProcess, type InProcess } from './in-process.ts'
import { stock, type Stocked } from './stock.ts'

const PASSKEYS = 16
/** A code counts once for a person: so many people do not run out of them within its 30 s. */
const APPS = 3000
/** Who have neither: they can have a code or a link mailed. */
const OTHERS = 2000

export interface Equipped {
  passkeys: SoftAuthenticator[]
  /** The same app for all who have one. */
  app: Authenticator
  mailbox: Mailbox
}

/** A store with such people, on whose way in a proxy stands that is believed: they come from many networks. */
export async function withEquipped<Result>(use: (stocked: Stocked) => Promise<Result>): Promise<Result> {
  const mailbox = await startMailbox()
  const proxied = { LATCHKEY_MAIL: mailbox.url, LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' }
  const stocked = await stock(PASSKEYS + APPS + OTHERS, proxied)
  try {
    return await use({ ...stocked, equipped: { ...(await equip(stocked)), mailbox } })
  } finally {
    await stocked.drop()
    await mailbox.close()
  }
}

async function equip(stocked: Stocked): Promise<Omit<Equipped, 'mailbox'>> {
  const running = await openInProcess(stocked)
  try {
    return { passkeys: await givePasskeys(running, PASSKEYS), app: await giveApps(running) }
  } finally {
    await running.close()
  }
}

/** To the first `count` people, one each. */
export async function givePasskeys({ app, target }: InProcess, count: number): Promise<SoftAuthenticator[]> {
  const server = { app, issuer: target.origin }
  const given: SoftAuthenticator[] = []
  for (let person = 1; person <= count; person += 1) given.push(await addPasskey(server, personOf(person, '').account))
  return given
}

/** One person sets it up, and the others get the same credential. */
async function giveApps({ app, store }: InProcess): Promise<Authenticator> {
  const { account } = personOf(PASSKEYS + 1, '')
  const authenticator = await addTotp({ app }, account)
  const credentials = store.collection(credentialDeclaration)
  const one = (await credentials.get(onlyCredentialId('totp', account.id)))!
  const others = Array.from({ length: APPS - 1 }, (_, at) => personOf(PASSKEYS + 2 + at, '').account.id)
  await credentials.insertMany(
    others.map(accountId => ({ ...one, id: onlyCredentialId('totp', accountId), accountId })),
  )
  return authenticator
}

let used = 0

/** Somebody with an app; all of them in turns. */
export function personWithApp(): number {
  return PASSKEYS + 1 + (used++ % APPS)
}

let mailed = 0

/** Somebody with a password and a mailbox alone; all of them in turns, so that nobody takes another's mail for theirs. */
export function personWithMail(): number {
  return PASSKEYS + APPS + 1 + (mailed++ % OTHERS)
}

/** What a proxy says of somebody who comes from a network of their own. */
export function fromAnywhere(): Record<string, string> {
  return { 'X-Forwarded-For': `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}` }
}

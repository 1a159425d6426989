// A store with people and an app in it, filled through Latchkey's own code.
import { join } from 'node:path'
import { seedPeople } from '../../../src/cli/seed/people.ts'
import { openApp } from './in-process.ts'
import { makeScratch } from './scratch.ts'
import { CLIENT_ID, METADATA, PASSWORD, RESOURCES, cookieSecret } from './setting.ts'
import type { Equipped } from './equip.ts'
import type { SignedIn } from './target.ts'

/** Servers are started from it one after the other. */
export interface Stocked {
  env: Record<string, string>
  clientSecret: string
  people: number
  signedIn?: SignedIn[]
  equipped?: Equipped
  drop(): Promise<void>
}

/** Fills a store: a fresh sqlite file unless `env` names another one. */
export async function stock(people: number, env: Record<string, string> = {}): Promise<Stocked> {
  const { folder: dataDir, remove: drop } = await makeScratch()
  const all = {
    LATCHKEY_DATA_DIR: dataDir,
    LATCHKEY_STORE: `sqlite:${join(dataDir, 'latchkey.db')}`,
    LATCHKEY_SECRETS: cookieSecret,
    LATCHKEY_RESOURCES: JSON.stringify(RESOURCES),
    LATCHKEY_HOST: '127.0.0.1',
    // All of them sign in from one network, as people would not.
    LATCHKEY_ADDRESS_FAILURES: '1000000',
    LATCHKEY_GLOBAL_FAILURES: '1000000000',
    ...env,
  }
  const { app, store } = await openApp(all)
  await seedPeople(store, people, await app.methodServices.hasher.hash(PASSWORD))
  const { client_secret: clientSecret } = await app.clients.create('web', { ...METADATA, client_id: CLIENT_ID })
  await app.close()
  return {
    env: all,
    clientSecret: clientSecret!,
    people,
    drop,
  }
}

export async function withStock<Result>(
  people: number,
  env: Record<string, string>,
  use: (stocked: Stocked) => Promise<Result>,
): Promise<Result> {
  const stocked = await stock(people, env)
  try {
    return await use(stocked)
  } finally {
    await stocked.drop()
  }
}

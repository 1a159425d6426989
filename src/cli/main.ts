#!/usr/bin/env node
// The command line: `latchkey NOUN VERB`. It works on the store directly, with the same core functions as the server.
import { readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'

interface Noun {
  about: string
  /** Imported only when it is named: the provider behind the clients takes longer to load than all the rest. */
  load(): Promise<{ define(command: Command): void }>
}

const nouns: Record<string, Noun> = {
  users: { about: 'people who can sign in', load: () => import('./users.ts') },
  clients: { about: 'apps that send people here to sign in', load: () => import('./clients.ts') },
  keys: { about: 'the keys that sign tokens', load: () => import('./keys.ts') },
  security: { about: 'locks and the audit log', load: () => import('./security.ts') },
  config: { about: 'the configuration', load: () => import('./config.ts') },
  doctor: {
    about: 'try everything that a running server needs, and say what to do',
    load: () => import('./doctor.ts'),
  },
}

/** Wrong usage, as opposed to a command that was understood and failed. */
const USAGE = 2

async function run(args: readonly string[]): Promise<void> {
  const named = args.find(arg => !arg.startsWith('-'))
  const program = new Command('latchkey')
    .description('Administers Latchkey, an OpenID Connect identity provider.')
    .version(version())
    .exitOverride()
    .showHelpAfterError('Add --help to see what is expected.')
  for (const [name, { about, load }] of Object.entries(nouns)) {
    const command = program.command(name).description(about)
    if (name === named || named === 'help') (await load()).define(command)
  }
  await program.parseAsync(args, { from: 'user' })
}

function version(): string {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')).version
}

// `latchkey users list | head -1` is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

// A third less to wait for. It lies beside the code, as what is in it is run: in a shared /tmp others could put it there.
enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/latchkey'))

try {
  await run(process.argv.slice(2))
} catch (error) {
  // Commander has said what was wrong, or printed the help that was asked for.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE
  else {
    const { explain, UsageError } = await import('./failure.ts')
    process.stderr.write(`${explain(error)}\n`)
    process.exitCode = error instanceof UsageError ? USAGE : 1
  }
}

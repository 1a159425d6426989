// The command line as a function of its arguments.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'

interface Noun {
  about: string
  /** Imported only when it is named: the provider behind the clients takes longer to load than all the rest. */
  load(): Promise<{ define(command: Command): void }>
}

const nouns: Record<string, Noun> = {
  users: { about: 'people who can sign in', load: () => import('./users/users.ts') },
  clients: { about: 'apps that send people here to sign in', load: () => import('./clients/clients.ts') },
  sessions: { about: 'who is signed in, and where', load: () => import('./sessions.ts') },
  tokens: { about: 'tokens that apps hold', load: () => import('./tokens.ts') },
  keys: { about: 'the keys that sign tokens', load: () => import('./keys.ts') },
  secrets: { about: 'what seals the keys in the store', load: () => import('./secrets.ts') },
  policy: { about: 'settings for everyone, a guard, a role or an app', load: () => import('./policy/policy.ts') },
  security: { about: 'locks and the audit log', load: () => import('./security.ts') },
  events: { about: 'what happens, live', load: () => import('./events.ts') },
  mail: { about: 'mails that wait, or were given up', load: () => import('./mail.ts') },
  jobs: { about: 'what is done by schedule', load: () => import('./jobs/jobs.ts') },
  migrate: { about: 'the schema of the store', load: () => import('./migrate.ts') },
  config: { about: 'the configuration', load: () => import('./config.ts') },
  debug: { about: 'why it does what it does', load: () => import('./debug/debug.ts') },
  seed: { about: 'make test people, never in production', load: () => import('./seed/seed.ts') },
  doctor: {
    about: 'try everything that a running server needs, and say what to do',
    load: () => import('./doctor.ts'),
  },
}

/** Wrong usage, as opposed to a command that was understood and failed. */
const USAGE = 2

/** Runs `latchkey ARGS`. It prints what it has to say; the exit code is `process.exitCode`. */
export async function runProgram(args: readonly string[]): Promise<void> {
  try {
    await (await program(args)).parseAsync(args, { from: 'user' })
  } catch (error) {
    // Commander has said what was wrong, or printed the help that was asked for.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE
    else {
      const { explain, UsageError } = await import('./support/failure.ts')
      process.stderr.write(`${explain(error)}\n`)
      process.exitCode = error instanceof UsageError ? USAGE : 1
    }
  }
}

async function program(args: readonly string[]): Promise<Command> {
  const named = args.find(arg => !arg.startsWith('-'))
  const latchkey = new Command('latchkey')
    .description('Administers Latchkey, an OpenID Connect identity provider.')
    .version(version())
    .exitOverride()
    .showHelpAfterError('Add --help to see what is expected.')
  for (const [name, { about, load }] of Object.entries(nouns)) {
    const command = latchkey.command(name).description(about)
    if (name === named || named === 'help') (await load()).define(command)
  }
  return latchkey
}

function version(): string {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')).version
}

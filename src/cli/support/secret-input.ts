// Secrets that a command is given. What stands on the command line is seen by others on the machine while it runs.
import { text } from 'node:stream/consumers'
import { Option, type Command } from 'commander'

export interface PasswordOptions {
  password?: string
  passwordStdin?: boolean
}

export function withPassword(command: Command): Command {
  return command
    .addOption(
      new Option('--password <password>', 'the password; others on this machine may see it').conflicts('passwordStdin'),
    )
    .option('--password-stdin', 'read the password from the standard input')
}

/** Undefined when neither option was given. */
export async function passwordIn({ password, passwordStdin }: PasswordOptions): Promise<string | undefined> {
  return password === undefined && passwordStdin ? readSecret() : password
}

/** The standard input, without the line break at its end. */
export async function readSecret(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, '')
}

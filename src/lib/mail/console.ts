import type { Mail, Mailer } from './mailer.ts'
import { checkMail } from './mailer.ts'

/** Mail for whoever runs the process: on the standard output. */
export function createConsoleMailer(): Mailer {
  return {
    async send(mail) {
      printMail(checkMail(mail))
    },
    async verify() {},
    close() {},
  }
}

/** Prints the text of a mail. Names in it come from users: what a terminal would act upon is left out. */
export function printMail({ to, subject, text }: Mail): void {
  const indented = text.trim().replaceAll(/^/gm, '  | ')
  const printable = `mail to ${to}: ${subject}\n${indented}\n`.replaceAll(/[^\P{C}\n]/gu, '')
  process.stdout.write(`\n${printable}\n`)
}

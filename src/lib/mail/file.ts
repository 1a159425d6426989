import { access, constants, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import { printMail } from './console.ts'
import type { Mail, Mailer } from './mailer.ts'
import { checkMail } from './mailer.ts'

type FileMailOptions = {
  from: string
  log: Log
  /** Whether the text is also shown on the standard output, links and codes included. */
  print: boolean
}

/** Keeps each mail as one file in a folder, named so that the newest sorts last. */
export function createFileMailer(folder: string, { from, log, print }: FileMailOptions): Mailer {
  return {
    async send(unchecked) {
      const mail = checkMail(unchecked)
      const at = new Date(Date.now())
      const path = join(folder, `${at.toISOString().replaceAll(':', '-')}-${newId()}.eml`)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      // Written aside first: whoever watches the folder never reads half a mail.
      await writeFile(`${path}.part`, compose(mail, from, at), { mode: 0o600, flag: 'wx' })
      await rename(`${path}.part`, path)
      const printed = print && log.isLevelEnabled('info')
      // Printed, it needs no line in the log beside it.
      log[printed ? 'debug' : 'info']({ to: mail.to, subject: mail.subject, file: path }, 'mail kept as a file')
      if (printed) printMail(mail)
    },
    async verify() {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await access(folder, constants.W_OK)
    },
    close() {},
  }
}

/** A message that mail programs open (RFC 5322, RFC 6532) and people can read: text first, nothing encoded. */
function compose({ id, to, subject, text, html }: Mail, from: string, at: Date): string {
  const boundary = `=_${newId()}`
  const part = (type: string, body: string) =>
    [`--${boundary}`, `Content-Type: ${type}; charset=utf-8`, 'Content-Transfer-Encoding: 8bit', '', body, ''].join(
      '\n',
    )
  return [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Date: ${at.toUTCString()}`,
    `Message-ID: <${id}@localhost>`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
    '',
    part('text/plain', text) + part('text/html', html) + `--${boundary}--\n`,
  ].join('\n')
}

// Text messages for whoever runs the process: printed, or kept as files.
import { access, constants, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import type { Sms, SmsSender } from './sender.ts'

export function createConsoleSender(): SmsSender {
  return {
    async send(sms) {
      print(sms)
    },
    async verify() {},
  }
}

/** Keeps each message as one file in a folder, named so that the newest sorts last. @param also whether it is printed too */
export function createFileSender(folder: string, log: Log, also: boolean): SmsSender {
  return {
    async send(sms) {
      const at = new Date(Date.now()).toISOString()
      const path = join(folder, `${at.replaceAll(':', '-')}-${newId()}.txt`)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      // Written aside first: whoever watches the folder never reads half a message.
      await writeFile(`${path}.part`, `To: ${sms.to}\nDate: ${at}\n\n${sms.text}\n`, { mode: 0o600, flag: 'wx' })
      await rename(`${path}.part`, path)
      const printed = also && log.isLevelEnabled('info')
      log[printed ? 'debug' : 'info']({ path }, 'text message kept as a file')
      if (printed) print(sms)
    },
    async verify() {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await access(folder, constants.W_OK)
    },
  }
}

/** Without what a terminal would act upon. */
function print({ to, text }: Sms): void {
  const indented = text.trim().replaceAll(/^/gm, '  | ')
  process.stdout.write(`\n${`text message to ${to}\n${indented}\n`.replaceAll(/[^\P{C}\n]/gu, '')}\n`)
}

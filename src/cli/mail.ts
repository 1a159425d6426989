import type { Command } from 'commander'
import { listBoth, type Listed } from '../core/outbox/both.ts'
import { createOutboxes } from '../core/outbox/outbox.ts'
import { loadConfig } from '../lib/config/load.ts'
import { newId } from '../lib/ids.ts'
import { checkMail } from '../lib/mail/mailer.ts'
import { CommandError, UsageError } from './support/failure.ts'
import { openMailer, openMailViews } from './support/mail.ts'
import { withStore } from './support/open.ts'
import { pageOf, withJson, withPage, type JsonOption, type ListOptions } from './support/options.ts'
import { more, print, table, time } from './support/print.ts'

export function define(mail: Command): void {
  withPage(mail.command('outbox'))
    .description('list the mails, and the text messages, that wait, the oldest first')
    .option('--dead', 'those that were given up, the newest first')
    .option('--sent', 'those that went out in the last 7 days, the newest first')
    .action(outbox)
  withJson(mail.command('retry'))
    .argument('[id]', 'the mail or text message, as listed by `latchkey mail outbox --dead`')
    .description('send a mail or text message again that was given up')
    .option('--all-dead', 'all that were given up')
    .action(retry)
  withJson(mail.command('test'))
    .description('send a mail now, past the outbox, and say what the mail server answered')
    .requiredOption('--to <address>', 'whom to')
    .action(test)
}

interface OutboxOptions extends ListOptions {
  dead?: boolean
  sent?: boolean
}

function outbox(options: OutboxOptions): Promise<void> {
  const { dead, sent } = options
  if (dead && sent) throw new UsageError('Give --dead or --sent, not both.')
  const state = dead ? 'dead' : sent ? 'sent' : 'waiting'
  return withStore(async ({ store }) => {
    const request = { ...pageOf(options), ...(state === 'waiting' ? {} : { order: 'desc' as const }) }
    const page = await listBoth(createOutboxes(store), state, request)
    print(options.json, page, () => {
      if (page.items.length === 0) return state === 'waiting' ? 'Nothing waits.' : 'There are none.'
      const headings = ['id', 'channel', 'message', 'to', 'made', 'tries', 'next try', 'last error']
      const command = `mail outbox${state === 'waiting' ? '' : ` --${state}`}`
      return table(headings, page.items.map(rowOf)) + more(command, page.cursor)
    })
  })
}

function rowOf({ id, channel, name, to, createdAt, tries, nextAt, state, error, bounced }: Listed): string[] {
  const why = bounced ? `the ${channel === 'mail' ? 'address' : 'number'} refuses it: ${error}` : (error ?? '')
  return [
    id,
    channel,
    name,
    to ?? 'nobody',
    time(createdAt),
    String(tries),
    state === 'waiting' ? time(nextAt) : '',
    why,
  ]
}

function retry(id: string | undefined, { json, allDead }: JsonOption & { allDead?: boolean }): Promise<void> {
  if ((id === undefined) !== (allDead === true)) {
    throw new UsageError('Name one by its id, or --all-dead for all that were given up.')
  }
  return withStore(async ({ store }) => {
    const { mail, sms } = createOutboxes(store)
    if (id !== undefined && !((await mail.retry(id)) ?? (await sms.retry(id))))
      throw new CommandError(`There is no ${id} that was given up and is still of use.`)
    const again = id === undefined ? (await mail.retryAll()) + (await sms.retryAll()) : 1
    print(json, { again }, () => {
      const count = again === 1 ? 'One' : String(again)
      return `${count} will be sent by the server within seconds, or by \`latchkey jobs run send-outbox\`.`
    })
  })
}

async function test({ to, json }: JsonOption & { to: string }): Promise<void> {
  const config = loadConfig()
  const mail = { id: newId(), to, ...openMailViews(config).renderMail('test', { brandName: config.name }) }
  checkMail(mail)
  const mailer = openMailer(config)
  try {
    await mailer.send(mail)
  } catch (error) {
    throw new CommandError(`The mail was not taken: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    mailer.close()
  }
  print(json, { to, taken: true }, () => `The mail to ${to} was taken. Whether it arrives, its mailbox tells.`)
}

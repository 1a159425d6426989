import type { Command } from 'commander'
import type { EventNotice } from '../core/events/events.ts'
import { followBus, followStore } from '../core/events/follow.ts'
import { withStore } from './support/open.ts'
import type { JsonOption } from './support/options.ts'
import { printable, time } from './support/print.ts'

export function define(events: Command): void {
  events
    .command('tail')
    .description('show what happens, as it happens, until it is interrupted')
    .option('--json', 'print one JSON document a line')
    .action(tail)
}

function tail({ json }: JsonOption): Promise<void> {
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort())
  const tell = (event: EventNotice) => write(process.stdout, json ? JSON.stringify(event) : lineOf(event))
  const missed = () => write(process.stderr, 'Redis was away: what happened meanwhile is in `latchkey security audit`.')
  return withStore(({ config, bus, events }) => {
    write(process.stderr, 'Following; interrupt to end.')
    return config.redis
      ? followBus(bus, tell, missed, interrupted.signal)
      : followStore(events, tell, interrupted.signal)
  })
}

function lineOf({ at, type, outcome, accountId, clientId }: EventNotice): string {
  const parts = [time(at), type, outcome, accountId && `account ${accountId}`, clientId && `client ${clientId}`]
  return printable(parts.filter(Boolean).join('  '))
}

function write(stream: NodeJS.WriteStream, line: string): void {
  stream.write(`${line}\n`)
}

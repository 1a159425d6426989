// Options that several commands share.
import { InvalidArgumentError, type Command } from 'commander'

export interface JsonOption {
  json?: boolean
}

export interface ListOptions extends JsonOption {
  limit: number
  cursor?: string
}

/** The page that the options of a list ask for. */
export function pageOf({ limit, cursor }: ListOptions): { limit: number; cursor?: string } {
  return { limit, ...(cursor === undefined ? {} : { cursor }) }
}

export function withJson(command: Command): Command {
  return command.option('--json', 'print one JSON document')
}

export function withPage(command: Command): Command {
  return withJson(command)
    .option('--limit <number>', 'how many at most, up to 1000', parseLimit, 50)
    .option('--cursor <cursor>', 'go on where a list before ended')
}

function parseLimit(text: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < 1 || number > 1000) {
    throw new InvalidArgumentError('Expected a whole number from 1 to 1000.')
  }
  return number
}

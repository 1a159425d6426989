import { parseArgs } from 'node:util'
import { cases } from './cases/list.ts'

export interface Arguments {
  /** Names of cases; all of them when empty. */
  only: string[]
  connections: number[]
  /** Of a round. */
  seconds: number
  rounds: number
}

/** @throws Error that says what was expected */
export function readArguments(args: string[]): Arguments {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: '' },
      connections: { type: 'string', default: '32' },
      seconds: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '3' },
    },
  })
  const names = cases.map(({ name }) => name)
  const only = list(values.only)
  const unknown = only.filter(name => !names.includes(name))
  if (unknown.length > 0) throw new Error(`--only: expected some of ${names.join(', ')}; got ${unknown.join(', ')}`)
  return {
    only,
    connections: list(values.connections).map(text => number('--connections', text, 1, 1000)),
    seconds: number('--seconds', values.seconds, 0.05, 600),
    rounds: number('--rounds', values.rounds, 1, 100),
  }
}

function list(text: string): string[] {
  return text.split(',').filter(Boolean)
}

function number(option: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= least && value <= most) return value
  throw new Error(`${option}: expected a number from ${least} to ${most}, got ${JSON.stringify(text)}`)
}

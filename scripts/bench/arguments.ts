import { parseArgs } from 'node:util'
import { cases, ways } from './cases/list.ts'
import { sections } from './sections/list.ts'
import type { Section, Settings } from './sections/section.ts'

export interface Arguments extends Settings {
  sections: readonly Section[]
  /** Whether docs/performance.* are written. */
  docs: boolean
  /** Makes the documents from what was measured before, and measures nothing. */
  render: boolean
  json: string | undefined
  help: boolean
}

const ALL_CASES = [...cases, ...ways]

/** Sections that take their time however little they measure; `--sections` runs them with `--quick` too. */
const NOT_QUICK = ['stores', 'workers', 'growth', 'soak']

export const HELP = `npm run bench [-- OPTIONS]

  --quick                 small, in under two minutes: all sections but ${NOT_QUICK.join(', ')}
  --docs                  also writes docs/performance.json, .md and charts; sections that are not run stay as they are
  --render                writes docs/performance.md and charts from docs/performance.json, and measures nothing
  --sections NAMES        of ${sections.map(({ name }) => name).join(', ')}
  --only NAMES            of the cases ${ALL_CASES.map(({ name }) => name).join(', ')}
  --connections NUMBERS   such as 1,8,32,128
  --seconds NUMBER        of a round
  --rounds NUMBER         of each server, in turns
  --sizes NUMBERS         of accounts, such as 1000,100000,1000000
  --soak NUMBER           of sign-ins
  --json FILE             where the figures go; bench/results/TIME.json unless given
`

const FULL = { connections: '1,8,32,128', seconds: '1', rounds: '3', sizes: '1000,100000,1000000', soak: '1000000' }
const QUICK = { connections: '32', seconds: '0.25', rounds: '2', sizes: '1000,10000', soak: '5000' }

/** @throws Error that says what was expected */
export function readArguments(args: string[]): Arguments {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args,
    options: {
      quick: flag,
      docs: flag,
      render: flag,
      help: flag,
      sections: text,
      only: text,
      connections: text,
      seconds: text,
      rounds: text,
      sizes: text,
      soak: text,
      json: text,
    },
  })
  const all = { ...(values.quick ? QUICK : FULL), ...values }
  const usual = values.quick ? sections.filter(({ name }) => !NOT_QUICK.includes(name)) : sections
  return {
    sections: all.sections ? named('--sections', sections, all.sections) : usual,
    cases: named('--only', ALL_CASES, all.only),
    connections: list(all.connections).map(one => whole('--connections', one, 1, 1000)),
    seconds: number('--seconds', all.seconds, 0.05, 600),
    rounds: whole('--rounds', all.rounds, 1, 100),
    sizes: list(all.sizes).map(one => whole('--sizes', one, 100, 10_000_000)),
    soak: whole('--soak', all.soak, 100, 100_000_000),
    docs: values.docs,
    render: values.render,
    json: values.json,
    help: values.help,
  }
}

/** Those of that name, in the order of the list; all of them when none is named. */
function named<One extends { name: string }>(option: string, all: readonly One[], text = ''): readonly One[] {
  const names = list(text)
  const unknown = names.filter(name => !all.some(one => one.name === name))
  if (unknown.length > 0) {
    throw new Error(`${option}: expected some of ${all.map(({ name }) => name).join(', ')}; got ${unknown.join(', ')}`)
  }
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name))
}

function list(text: string): string[] {
  return text.split(',').filter(Boolean)
}

function whole(option: string, text: string, least: number, most: number): number {
  const value = number(option, text, least, most)
  if (Number.isInteger(value)) return value
  throw new Error(`${option}: expected a whole number, got ${text}`)
}

function number(option: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= least && value <= most) return value
  throw new Error(`${option}: expected a number from ${least} to ${most}, got ${JSON.stringify(text)}`)
}

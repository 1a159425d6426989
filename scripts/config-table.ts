// Writes docs/configuration.md's table and .env.example from the schema: `npm run docs:config`.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { formatDuration } from '../src/lib/config/kinds.ts'
import { aboutKey, variableOf } from '../src/lib/config/names.ts'
import { profiles } from '../src/lib/config/profiles.ts'
import { configKeys, schema } from '../src/lib/config/schema.ts'
import type { ConfigKey } from '../src/lib/config/schema.ts'

const BEGIN = '<!-- table: made by scripts/config-table.ts -->'
const END = '<!-- end of table -->'
const documentPath = join(import.meta.dirname, '../docs/configuration.md')
const examplePath = join(import.meta.dirname, '../.env.example')

/** The default of a key as people write it; undefined when it has none. */
function defaultOf(key: ConfigKey): string | undefined {
  const { shownDefault } = aboutKey(key)
  if (shownDefault !== undefined) return shownDefault
  const value = schema.shape[key].safeParse(undefined).data
  return value === undefined ? undefined : written(key, value)
}

function written(key: ConfigKey, value: unknown): string {
  if (Array.isArray(value)) return value.join(', ') || 'none'
  return typeof value === 'number' && aboutKey(key).expected.startsWith('a duration')
    ? formatDuration(value)
    : String(value)
}

function profileDifferences(key: ConfigKey): string {
  return Object.entries(profiles)
    .filter(([, changed]) => key in changed)
    .map(([name, changed]) => `${name}: ${code(written(key, changed[key]))}`)
    .join('; ')
}

function code(text: string): string {
  return `\`${text}\``
}

function row(key: ConfigKey): string {
  const { description, expected, secret } = aboutKey(key)
  const shown = defaultOf(key)
  const variable = code(variableOf(key)) + (secret ? ` or ${code(`${variableOf(key)}_FILE`)}` : '')
  const cells = [
    code(key),
    variable,
    shown === undefined ? '' : aboutKey(key).shownDefault ? shown : code(shown),
    profileDifferences(key),
    expected,
    description,
  ]
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

/** docs/configuration.md with the table as the schema says it now. */
export async function renderDocument(): Promise<string> {
  const head = [
    '| key | variable | default | by profile | values | what for |',
    '| --- | --- | --- | --- | --- | --- |',
  ]
  const [before, rest = ''] = readFileSync(documentPath, 'utf8').split(BEGIN)
  const after = rest.split(END)[1]
  const table = [...head, ...configKeys.map(row)].join('\n')
  const text = `${before}${BEGIN}\n\n${table}\n\n${END}${after}`
  return format(text, { ...(await resolveConfig(documentPath)), parser: 'markdown' })
}

/** .env.example: every variable, switched off, with its default. */
export function renderExample(): string {
  const head = [
    '# Every variable that Latchkey reads, with its default. Copy this file to .env, uncomment what you change, and start',
    '# with `node --env-file=.env src/main.ts`, or name it in a compose file (env_file). Made by scripts/config-table.ts.',
  ]
  const blocks = configKeys.map(key => {
    const { description, expected, shownDefault } = aboutKey(key)
    const value = shownDefault === undefined ? (defaultOf(key) ?? '') : ''
    return [`# ${description.replaceAll('`', '')}`, `# Values: ${expected}.`, `#${variableOf(key)}=${value}`].join('\n')
  })
  return [head.join('\n'), ...blocks].join('\n\n') + '\n'
}

if (import.meta.main) {
  writeFileSync(documentPath, await renderDocument())
  writeFileSync(examplePath, renderExample())
}

// Writes docs/limits.md's table from the rules: `npm run docs:config`.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { inWords } from '../src/core/limits/in-words.ts'
import type { ListedRule } from '../src/core/limits/rule.ts'
import { rules, rulesOfMethod } from '../src/core/limits/rules.ts'

const BEGIN = '<!-- table: made by scripts/limits-table.ts -->'
const END = '<!-- end of table -->'
const documentPath = join(import.meta.dirname, '../docs/limits.md')

function row(rule: ListedRule): string {
  const { max, within, closed } = inWords(rule)
  return `| ${[`\`${rule.name}\``, rule.by, rule.counts, max, within, closed].join(' | ')} |`
}

/** docs/limits.md with the table as the rules say it now. */
export async function renderLimits(): Promise<string> {
  const head = [
    '| limit | counted by | what | at most | within | then closed for |',
    '| --- | --- | --- | ---: | --- | --- |',
  ]
  const [before, rest = ''] = readFileSync(documentPath, 'utf8').split(BEGIN)
  const all: ListedRule[] = [...Object.values(rules), ...Object.values(rulesOfMethod('METHOD'))]
  const text = `${before}${BEGIN}\n\n${[...head, ...all.map(row)].join('\n')}\n\n${END}${rest.split(END)[1]}`
  return format(text, { ...(await resolveConfig(documentPath)), parser: 'markdown' })
}

if (import.meta.main) writeFileSync(documentPath, await renderLimits())

// `npm run bench`: measures Latchkey, section by section; each is printed and written down as soon as it is there.
import { join } from 'node:path'
import { HELP, readArguments, type Arguments } from './arguments.ts'
import { describeMachine } from './machine.ts'
import { watchNoise } from './noise.ts'
import { writeDocs } from './report/docs.ts'
import { readReport, withSection, writeReport, type Report, type SectionReport } from './report/report.ts'
import { findingsText, sectionText } from './report/terminal.ts'
import { pinClient } from './servers/process.ts'
import { notMeasured, type Section } from './sections/section.ts'

const ROOT = join(import.meta.dirname, '../..')
const DOCS = join(ROOT, 'docs/performance.json')

// So that servers and folders go too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

try {
  const given = readArguments(process.argv.slice(2))
  if (given.help) console.log(HELP)
  else if (given.render) await writeDocs(ROOT, readReport(DOCS))
  else await run(given)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function run(given: Arguments): Promise<void> {
  pinClient()
  const machine = describeMachine()
  console.log(
    Object.entries(machine)
      .map(([name, value]) => `${name.padEnd(14)} ${value}`)
      .join('\n'),
  )
  const file = given.json ?? join(ROOT, 'bench/results', `${new Date().toISOString().replaceAll(':', '-')}.json`)
  let report: Report = { sections: [] }
  let docs = readReport(DOCS)

  for (const section of given.sections) {
    const measured = { ...(await runSection(section, given)), machine }
    report = withSection(report, measured)
    writeReport(file, report)
    if (given.docs) writeReport(DOCS, (docs = withSection(docs, measured)))
    console.log(sectionText(measured))
    if (measured.errors.length > 0) process.exitCode = 1
  }
  console.log(`\n━━ Targets\n${findingsText(report.sections.flatMap(({ findings }) => findings))}\n\nFigures: ${file}`)
  if (given.docs) await writeDocs(ROOT, docs)
}

/** A section that breaks is told as such, and the others go on. */
async function runSection(section: Section, given: Arguments): Promise<Omit<SectionReport, 'machine'>> {
  const { name, title } = section
  const start = performance.now()
  const takenAt = new Date().toISOString()
  process.stderr.write(`${name} …\n`)
  const noise = watchNoise()
  const outcome = await section.run(given).catch((error: unknown) => {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { ...notMeasured('This section broke off.'), errors: [words] }
  })
  const words = noise()
  const notes = [...outcome.notes, ...(words ? [words] : [])]
  return { name, title, takenAt, seconds: (performance.now() - start) / 1000, ...outcome, notes }
}

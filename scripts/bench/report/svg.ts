// Charts without a library: text and shapes that take the reader's light or dark theme.
import type { BarChart, Chart, LineChart } from '../sections/section.ts'
import { figure } from './figures.ts'

const WIDTH = 760
const FONT = 'font-family="system-ui, sans-serif" font-size="12"'
// Told apart in both themes, and by those who see few colours: they differ in lightness too.
const STYLE = `<style>
  text { fill: #24292f } .soft { fill: #57606a } .rule { stroke: #d0d7de }
  .s0 { fill: #0969da } .s1 { fill: #bc7a2e } .s2 { fill: #5b8f4f } .s3 { fill: #8250df }
  .l0 { stroke: #0969da } .l1 { stroke: #bc7a2e } .l2 { stroke: #5b8f4f } .l3 { stroke: #8250df }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .soft { fill: #9198a1 } .rule { stroke: #3d444d }
    .s0 { fill: #58a6ff } .s1 { fill: #e3a857 } .s2 { fill: #7cc46e } .s3 { fill: #bc8cff }
    .l0 { stroke: #58a6ff } .l1 { stroke: #e3a857 } .l2 { stroke: #7cc46e } .l3 { stroke: #bc8cff }
  }
</style>`

export function svg(chart: Chart): string {
  return chart.kind === 'bars' ? bars(chart) : lines(chart)
}

const BAR = 15
const LABELS = 250
const TOP = 56

/** Horizontal bars in groups, each with its figure at its end. */
function bars({ title, unit, series, groups }: BarChart): string {
  const most = Math.max(...groups.flatMap(({ values }) => values.map(value => value ?? 0)), Number.MIN_VALUE)
  const scale = (WIDTH - LABELS - 80) / most
  const groupHeight = series.length * BAR + 12
  const parts = groups.flatMap(({ label, values }, at) => {
    const y = TOP + at * groupHeight
    const middle = y + (series.length * BAR) / 2 + 4
    return [
      `<text x="${LABELS - 10}" y="${middle}" text-anchor="end">${escape(label)}</text>`,
      ...values.map((value, of) => {
        const width = Math.max(1, (value ?? 0) * scale)
        const top = y + of * BAR
        return (
          `<rect class="s${of}" x="${LABELS}" y="${top}" width="${width.toFixed(1)}" height="${BAR - 2}" rx="2"/>` +
          `<text class="soft" x="${(LABELS + width + 6).toFixed(1)}" y="${top + 11}">${figure(value)}</text>`
        )
      }),
    ]
  })
  return frame(`${title} (${unit})`, series, TOP + groups.length * groupHeight, parts)
}

const PLOT = { left: 60, top: TOP, width: WIDTH - 90, height: 240 }

function lines({ title, unit, along, series }: LineChart): string {
  const points = series.flatMap(one => one.points)
  const [mostX, mostY] = [0, 1].map(axis => niceAbove(Math.max(...points.map(point => point[axis]!), Number.MIN_VALUE)))
  const x = (value: number) => PLOT.left + (value / mostX!) * PLOT.width
  const y = (value: number) => PLOT.top + PLOT.height - (value / mostY!) * PLOT.height
  const steps = [0, 0.25, 0.5, 0.75, 1]
  const parts = [
    ...steps.map(step => {
      const at = y(step * mostY!)
      return (
        `<line class="rule" x1="${PLOT.left}" x2="${PLOT.left + PLOT.width}" y1="${at}" y2="${at}"/>` +
        `<text class="soft" x="${PLOT.left - 8}" y="${at + 4}" text-anchor="end">${figure(step * mostY!)}</text>`
      )
    }),
    ...steps.map(
      step =>
        `<text class="soft" x="${x(step * mostX!)}" y="${PLOT.top + PLOT.height + 18}" text-anchor="middle">${figure(step * mostX!)}</text>`,
    ),
    ...series.map(({ points: own }, at) => {
      const path = own.map(([one, other]) => `${x(one).toFixed(1)},${y(other).toFixed(1)}`).join(' ')
      return `<polyline class="l${at}" fill="none" stroke-width="2" points="${path}"/>`
    }),
  ]
  return frame(
    `${title} (${unit}, along ${along})`,
    series.map(({ name }) => name),
    PLOT.top + PLOT.height + 30,
    parts,
  )
}

/** The next of 1, 2, 2.5, 4, 5 and 10 times a power of ten. */
export function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 2.5, 4, 5, 10].map(step => step * power).find(step => step >= value * 0.999)!
}

function frame(title: string, series: string[], height: number, parts: string[]): string {
  let x = 12
  const legend = series.map((name, at) => {
    const entry = `<rect class="s${at}" x="${x}" y="32" width="11" height="11" rx="2"/><text class="soft" x="${x + 16}" y="42">${escape(name)}</text>`
    x += 34 + name.length * 6.6
    return entry
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" ${FONT}>`,
    `<title>${escape(title)}</title>`,
    STYLE,
    `<text x="12" y="20" font-size="14" font-weight="600">${escape(title)}</text>`,
    ...legend,
    ...parts,
    '</svg>\n',
  ].join('\n')
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

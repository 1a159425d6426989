import { expect } from 'chai'
import { figure } from '../../../scripts/bench/report/figures.ts'
import { markdownTable, withMeasured } from '../../../scripts/bench/report/markdown.ts'
import { withSection, type SectionReport } from '../../../scripts/bench/report/report.ts'
import { niceAbove, svg } from '../../../scripts/bench/report/svg.ts'
import { table } from '../../../scripts/bench/report/table.ts'

describe('benchmark: report', () => {
  it('writes figures as people read them', () => {
    expect([13_700.4, 0.8512, 12.345, 0, null, Number.NaN].map(figure)).to.deep.equal([
      '13,700',
      '0.851',
      '12.3',
      '0',
      '–',
      '–',
    ])
  })

  it('lines columns up', () => {
    expect(table(['case', 'per s'], [['keys', '35,500']])).to.equal('case   per s\n────  ──────\nkeys  35,500')
  })

  it('escapes what would end a cell of a Markdown table', () => {
    expect(markdownTable(['a', 'b'], [['x|y', 1]])).to.equal('| a | b |\n| --- | ---: |\n| x\\|y | 1 |')
  })

  it('replaces what was measured, and leaves what is written by hand', () => {
    const document = withMeasured(withMeasured(marked('old'), 'new'), 'newer')
    expect(document).to.include('By hand.').and.include('Also by hand.').and.include('newer')
    expect(document).to.not.include('old')
    expect(() => withMeasured('no marks', 'new')).to.throw('must hold the lines')
  })

  it('replaces a section that is measured again', () => {
    const section = (name: string, seconds: number) => ({ name, seconds }) as SectionReport
    const report = withSection({ sections: [section('one', 1), section('two', 1)] }, section('one', 2))
    expect(report.sections).to.deep.equal([section('one', 2), section('two', 1)])
    expect(withSection(report, section('three', 1)).sections).to.have.length(3)
  })

  it('draws bars in proportion, for light and dark', () => {
    const chart = svg({
      kind: 'bars',
      name: 'x',
      title: 'Speed <fast>',
      unit: '/s',
      series: ['ours'],
      groups: [
        { label: 'a & b', values: [100] },
        { label: 'c', values: [50] },
      ],
    })
    const widths = [...chart.matchAll(/<rect class="s0" x="250" y="\d+" width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    )
    expect(widths[0]! / widths[1]!).to.be.closeTo(2, 0.01)
    expect(chart).to.include('Speed &lt;fast&gt;').and.include('a &amp; b').and.include('prefers-color-scheme: dark')
  })

  it('draws lines from corner to corner of what they reach', () => {
    const points: [number, number][] = [
      [0, 0],
      [400, 100],
    ]
    const chart = svg({
      kind: 'lines',
      name: 'x',
      title: 'x',
      unit: 'MB',
      along: 'days',
      series: [{ name: 'file', points }],
    })
    expect(chart).to.include('points="60.0,296.0 730.0,56.0"')
    expect([12.4, 100, 0.3, 41].map(niceAbove)).to.deep.equal([20, 100, 0.4, 50])
  })
})

function marked(text: string): string {
  const begin = '<!-- measured: begin (written by `npm run bench -- --docs`, not by hand) -->'
  return `By hand.\n\n${begin}\n\n${text}\n\n<!-- measured: end -->\n\nAlso by hand.\n`
}

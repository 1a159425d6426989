import { expect } from 'chai'
import { createMetrics } from '../../src/lib/metrics/metrics.ts'
import { expose, exposeText } from '../../src/lib/metrics/exposition.ts'

describe('instruments', () => {
  it('are written as Prometheus reads them', async () => {
    const metrics = createMetrics()
    const took = metrics.histogram({ name: 'took_seconds', help: 'How long.', labels: ['what'] })
    for (const seconds of [0.0005, 0.003, 20]) took.with('it "all"').observe(seconds)
    metrics.counter({ name: 'done_total', help: 'How often.', labels: ['what', 'how'] }).with('it', 'well').value += 2
    const text = await (await expose(metrics.instruments)).text()
    expect(text).to.include('# TYPE took_seconds histogram\ntook_seconds_bucket{what="it \\"all\\"",le="0.0005"} 1\n')
    expect(text).to.include('took_seconds_bucket{what="it \\"all\\"",le="0.005"} 2\n')
    expect(text).to.include('took_seconds_bucket{what="it \\"all\\"",le="+Inf"} 3\n')
    expect(text).to.include('took_seconds_sum{what="it \\"all\\""} 20.0035\n')
    expect(text).to.include('took_seconds_count{what="it \\"all\\""} 3\n')
    expect(text).to.include(
      '# HELP done_total How often.\n# TYPE done_total counter\ndone_total{what="it",how="well"} 2\n',
    )
  })

  it('hold no more series than they may; what comes later is counted together', async () => {
    const metrics = createMetrics()
    const seen = metrics.counter({ name: 'seen_total', help: 'x', labels: ['a', 'b'], maxSeries: 3 })
    for (let one = 0; one < 10; one += 1) seen.with(`a${one}`, 'b').value++
    seen.with('a1', 'b').value++
    expect(seen.samples()).to.deep.equal([
      { labels: { a: 'a0', b: 'b' }, value: 1 },
      { labels: { a: 'a1', b: 'b' }, value: 2 },
      { labels: { a: 'a2', b: 'b' }, value: 1 },
      { labels: { a: 'other', b: 'other' }, value: 7 },
    ])
  })

  it('that cannot be read now leave the others be', async () => {
    const metrics = createMetrics()
    metrics.reading({ name: 'away', help: 'x' }, () => Promise.reject(new Error('the store is away')))
    metrics.reading({ name: 'here', help: 'x' }, () => [{ labels: {}, value: 1 }])
    const text = await (await expose(metrics.instruments)).text()
    expect(text)
      .to.match(/^here 1$/m)
      .and.not.match(/^away /m)
  })

  it('of several processes add up, but for those of which all answer the same', async () => {
    const collect = async (done: number, live: number) => {
      const metrics = createMetrics()
      metrics.counter({ name: 'done_total', help: 'x', labels: ['what'] }).with('it').value += done
      metrics
        .histogram({ name: 'took_seconds', help: 'x', labels: ['what'] })
        .with('it')
        .observe(done)
      metrics.reading({ name: 'live', help: 'x', aggregator: 'max' }, () => [{ labels: {}, value: live }])
      metrics.reading({ name: 'running', help: 'x' }, () => [{ labels: {}, value: live }])
      return JSON.parse(JSON.stringify(await (await expose(metrics.instruments)).collect()))
    }
    const { text } = await exposeText([await collect(1, 7), await collect(2, 8)])
    expect(text).to.match(/^done_total\{what="it"\} 3$/m)
    expect(text).to.match(/^took_seconds_bucket\{le="1",what="it"\} 1$|^took_seconds_bucket\{what="it",le="1"\} 1$/m)
    expect(text).to.match(/^took_seconds_count\{what="it"\} 2$/m)
    expect(text).to.match(/^live 8$/m)
    expect(text).to.match(/^running 15$/m)
  })
})

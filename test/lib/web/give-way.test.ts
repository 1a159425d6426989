import { expect } from 'chai'
import type { Context } from 'koa'
import { createGiveWay } from '../../../src/lib/web/edge/give-way.ts'
import { Refused } from '../../../src/lib/errors.ts'

const CROWD = 20
const ctx = {} as Context
const turn = () => new Promise(setImmediate)

describe('pages that give way', () => {
  it('are begun one in each turn of the event loop, in their order', async () => {
    const { pages } = createGiveWay()
    const begun: number[] = []
    const all = Array.from({ length: CROWD }, (_, at) => pages(ctx, async () => void begun.push(at)))
    expect(begun).to.deep.equal([0])
    await turn()
    expect(begun.length).to.be.within(1, 3)
    await Promise.all(all)
    expect(begun).to.deep.equal(Array.from({ length: CROWD }, (_, at) => at))
  })

  it('are all begun also where apps ask in every turn', async () => {
    const { first, pages } = createGiveWay()
    const begun: number[] = []
    const all = Array.from({ length: 3 }, (_, at) => pages(ctx, async () => void begun.push(at)))
    // The test's own time limit ends it otherwise.
    while (begun.length < all.length) {
      await first(ctx, async () => undefined)
      await turn()
    }
    await Promise.all(all)
  })

  it('do not hold up what an app asks', async () => {
    const { first, pages } = createGiveWay()
    let begun = 0
    const all = Array.from({ length: CROWD }, () => pages(ctx, async () => void (begun += 1)))
    let before = 0
    await first(ctx, async () => void (before = begun))
    expect(before).to.equal(1)
    await Promise.all(all)
  })

  it('are refused with 503 when too many wait', async () => {
    const { pages } = createGiveWay()
    const refused: unknown[] = []
    const all: unknown[] = []
    for (let page = 0; page < 2100; page += 1) {
      try {
        all.push(pages(ctx, async () => undefined))
      } catch (error) {
        refused.push(error)
      }
    }
    expect(refused).to.have.length(99)
    expect(refused[0]).to.be.instanceOf(Refused).and.include({ code: 'busy', status: 503, retryAfter: 2 })
    await Promise.all(all)
  })
})

import { expect } from 'chai'
import { onEveryEngine } from './engines.ts'
import { boxes } from './samples.ts'

// Code points from all over Unicode, in the order of their UTF-8 bytes. U+FF5E sorts before U+1F600 by bytes, but behind
// it by UTF-16 units.
const labels = [
  '',
  ' ',
  '-',
  'Z',
  'a',
  'a\u0000',
  'aa',
  'ab',
  'b',
  '\u007f',
  '\u0080',
  'ß',
  'é',
  '\u07ff',
  '\u0800',
  '日本',
  '\ud7ff',
  '\ue000',
  '～',
  '\ufffd',
  '\uffff',
  '\u{10000}',
  '😀',
  '😀a',
  '😁',
  '\u{10ffff}',
  '\u{10ffff}x',
]

onEveryEngine('the order of strings', bench => {
  const open = async () => {
    const collection = await bench.open(boxes)
    const shuffled = labels.toSorted((a, b) => (a.length - b.length || a < b ? 1 : -1))
    await collection.insertMany(shuffled.map(label => ({ id: `id of ${label}`, label, content: null })))
    return collection
  }

  it('is that of their UTF-8 bytes', async () => {
    const collection = await open()
    const { items } = await collection.list({ label: { gte: '' } }, { limit: 99 })
    expect(items.map(({ label }) => label)).to.deep.equal(labels)
    const ids = (await collection.list({}, { limit: 99, order: 'desc' })).items.map(({ label }) => label)
    expect(ids).to.deep.equal(labels.toReversed())
  })

  it('is kept from page to page', async () => {
    const collection = await open()
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await collection.list({ label: { gte: '' } }, { limit: 2, ...(cursor ? { cursor } : {}) })
      seen.push(...page.items.map(({ label }) => label))
      cursor = page.cursor
    } while (cursor)
    expect(seen).to.deep.equal(labels)
  })

  for (const prefix of labels) {
    it(`finds all that begin with ${JSON.stringify(prefix)}`, async () => {
      const { items } = await (await open()).list({ label: { prefix } }, { limit: 99 })
      expect(items.map(({ label }) => label)).to.deep.equal(labels.filter(label => label.startsWith(prefix)))
    })
  }

  it('rules ranges of strings and of ids', async () => {
    const collection = await open()
    const range = await collection.list({ label: { gt: 'é', lte: '😀' } }, { limit: 99 })
    const wanted = labels.slice(labels.indexOf('é') + 1, labels.indexOf('😀') + 1)
    expect(range.items.map(({ label }) => label)).to.deep.equal(wanted)
    const ids = await collection.list({ id: { gte: 'id of ～', lt: 'id of 😀' } }, { limit: 99 })
    expect(ids.items.map(({ label }) => label)).to.deep.equal(['～', '\ufffd', '\uffff', '\u{10000}'])
    const byPrefix = await collection.list({ id: { prefix: 'id of 😀' } }, { limit: 99 })
    expect(byPrefix.items.map(({ label }) => label)).to.deep.equal(['😀', '😀a'])
  })
})

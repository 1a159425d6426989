import { expect } from 'chai'
import { onEveryEngine } from './engines.ts'
import { expectRejection } from './expect-rejection.ts'
import { boxes, people, person } from './samples.ts'

const words = [
  '$ne',
  '$where',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'a.b',
  '.',
  '"',
  "'",
  "'; DROP TABLE boxes; --",
  '`',
  '\\',
  '\u0000',
  'x\u0000y',
  '%',
  '*',
  ' ',
  '\n',
  '\u202e',
  '😀',
  '\uff41',
  '{"$gt":""}',
  '[object Object]',
  'null',
  '_id',
  'x'.repeat(2000),
]

onEveryEngine('hostile text', bench => {
  for (const word of words) {
    it(`is an id, a value and a key like any other: ${JSON.stringify(word.slice(0, 30))}`, async () => {
      const collection = await bench.open(boxes)
      const content = JSON.parse(
        JSON.stringify({ list: [word] }).replace('"list"', () => JSON.stringify(word)),
      ) as unknown
      const box = { id: word, label: word, content }
      await collection.insert(box)
      await collection.insert({ id: 'other', label: 'other', content: 1 })
      expect(await collection.get(word)).to.deep.equal(box)
      expect(await collection.first({ label: word })).to.deep.equal(box)
      expect(await collection.count({ label: word })).to.equal(1)
      const updated = await collection.update(word, doc => ({ ...doc, content: { nested: doc.content } }))
      expect(await collection.get(word)).to.deep.equal(updated)
      expect(Object.keys((await collection.get(word))!.content as object)).to.deep.equal(['nested'])
      expect(await collection.remove(word)).to.equal(true)
      expect(await collection.get('other')).to.not.equal(undefined)
    })
  }

  it('of a megabyte comes back whole', async () => {
    const collection = await bench.open(boxes)
    const content = 'é😀"\\'.repeat(200_000)
    await collection.insert({ id: 'big', label: 'big', content })
    expect((await collection.get('big'))!.content).to.equal(content)
  })

  it('pollutes nothing', async () => {
    const collection = await bench.open(boxes)
    const content = JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}') as object
    await collection.insert({ id: 'box', label: 'x', content })
    const back = (await collection.get('box'))!.content as { admin?: boolean }
    expect(back.admin).to.equal(undefined)
    expect(JSON.stringify(back)).to.equal(JSON.stringify(content))
    expect(({} as { admin?: boolean }).admin).to.equal(undefined)
  })

  it('is no index value unless it is a string, number or boolean', async () => {
    const collection = await bench.open(boxes)
    await expectRejection(
      (await bench.open({ ...boxes, name: 'loose', schema: boxes.schema, indexes: [{ fields: ['content'] }] })).insert({
        id: 'box',
        label: 'x',
        content: { $gt: '' },
      }),
      TypeError,
    )
    expect(await collection.count({})).to.equal(0)
  })

  it('is no id of another type', async () => {
    const collection = await bench.open(people)
    await collection.insert(person('ada'))
    await expectRejection(collection.insert(person({ $ne: '' } as unknown as string)), Error)
    const found = await collection.get({ $ne: '' } as unknown as string).catch(() => undefined)
    expect(found).to.equal(undefined)
    const updated = await collection.update({ $ne: '' } as unknown as string, doc => doc).catch(() => undefined)
    expect(updated).to.equal(undefined)
    const removed = await collection.remove({ $ne: '' } as unknown as string).catch(() => false)
    expect(removed).to.equal(false)
    expect(await collection.count({})).to.equal(1)
  })
})

import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { COMMON_LIST, createCommonList } from '../../../src/core/passwords/common-list.ts'
import { createFilter, FILTER_SIZE } from '../../../src/core/passwords/filter.ts'

const COMMON = ['password1234', '1qaz2wsx3edc', 'iloveyou2', 'qwertyuiop', 'liverpool1']

describe('the list of common passwords', () => {
  it('knows each that is on it, and of 100,000 others hardly one', async () => {
    const isCommon = createCommonList()
    for (const password of COMMON) expect(await isCommon(password), password).to.equal(true)
    let wrong = 0
    for (let at = 0; at < 100_000; at += 1) if (await isCommon(randomBytes(12).toString('base64'))) wrong += 1
    expect(wrong).to.be.lessThan(20)
  })

  it('is made where no set-up has made it, and kept for the next', async () => {
    const aside = `${COMMON_LIST}.aside`
    await rename(COMMON_LIST, aside).catch(() => {})
    try {
      const isCommon = createCommonList()
      const answers = await Promise.all([...COMMON, 'eleven copper kettles in the rain'].map(isCommon))
      expect(answers).to.deep.equal([...COMMON.map(() => true), false])
      expect(existsSync(COMMON_LIST)).to.equal(true)
    } finally {
      await rename(aside, COMMON_LIST).catch(() => {})
    }
  })

  it('is not read from a file that is no list', () => {
    expect(() => createFilter(Buffer.alloc(FILTER_SIZE - 1))).to.throw(RangeError)
  })
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { renderLimits } from '../../../scripts/limits-table.ts'
import { createLimits, counterDeclaration, floodDeclaration } from '../../../src/core/limits/limits.ts'
import { rules, rulesOfMethod } from '../../../src/core/limits/rules.ts'
import { allRules, rulesInForce } from '../../../src/core/limits/settings.ts'
import { loadConfig } from '../../../src/lib/config/load.ts'
import { methods } from '../../../src/methods/list.ts'
import { limitedMethods } from '../../../src/methods/tries.ts'
import { openStore } from '../../../src/storage/open.ts'

const configure = (limits: string) =>
  loadConfig({ env: { LATCHKEY_LIMITS: limits, LATCHKEY_SECRETS: 'given' }, root: '/nowhere' })
const inForce = (limits: string) => rulesInForce(configure(limits), ['totp'])

describe('a limit', () => {
  it('is as the table has it, where nothing is set', () => {
    const rule = inForce('')
    for (const listed of allRules(['totp'])) expect(rule(listed), listed.name).to.deep.equal(listed)
  })

  it('is changed by its name, a method’s too', () => {
    const rule = inForce('password.account=10/15m/30m/4h, totp.day=7/1d')
    expect(rule(rules.passwordAccount)).to.include({ max: 10, window: 900, lock: 1800, longestLock: 14_400 })
    expect(rule(rulesOfMethod('totp').day)).to.include({ max: 7, window: 86_400 })
    expect(rule(rules.mails)).to.equal(rules.mails)
  })

  it('has no lock any more where the setting names none', () => {
    expect(inForce('password.account=10/15m')(rules.passwordAccount)).to.include({ lock: 0, longestLock: 0 })
  })

  it('is switched off by its name, and then counts nothing', async () => {
    const store = await openStore('sqlite::memory:', [counterDeclaration, floodDeclaration])
    try {
      const limits = createLimits(store, { inForce: inForce('username.address=off') })
      for (let tries = 0; tries < 40; tries += 1) expect(await limits.count(rules.username, 'here')).to.equal(0)
      expect(await limits.look(rules.username, 'here')).to.deep.equal({ count: 0, left: Infinity })
      await limits.giveBack(rules.username, 'here')
    } finally {
      await store.close()
    }
  })

  it('follows the keys of the configuration that are there for passwords and text messages', () => {
    const config = loadConfig({
      env: {
        LATCHKEY_PASSWORD_FAILURES: '9',
        LATCHKEY_PASSWORD_LOCK: '1d',
        LATCHKEY_SMS_BUDGET: '3',
        LATCHKEY_SECRETS: 'given',
      },
      root: '/nowhere',
    })
    const rule = rulesInForce(config, [])
    expect(rule(rules.passwordAccount)).to.include({ max: 9, lock: 86_400, longestLock: 86_400 })
    expect(rule(rules.smsBudget)).to.include({ max: 3 })
  })

  for (const wrong of [
    'password.account',
    'password.account=',
    'password.account=5',
    'a=5/x',
    'a=5/0s',
    'a=-1/5m',
    'a=5/1m/0s',
  ])
    it(`cannot be set by ${wrong}: the start stops, and says what is expected`, () => {
      expect(() => configure(wrong)).to.throw(/LATCHKEY_LIMITS.*NAME=MAX\/WINDOW/)
    })

  it('cannot be set by a name that none has', () => {
    expect(() => inForce('password.acount=5/5m')).to.throw(/no limit called password\.acount/)
  })

  it('has a name of its own', () => {
    const names = allRules(limitedMethods(methods)).map(({ name }) => name)
    expect(names).to.deep.equal([...new Set(names)])
  })

  it('stands in docs/limits.md (npm run docs:config writes it)', async () => {
    expect(readFileSync(join(import.meta.dirname, '../../../docs/limits.md'), 'utf8')).to.equal(await renderLimits())
  })
})

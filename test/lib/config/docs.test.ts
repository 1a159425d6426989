import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect } from 'chai'
import { renderDocument, renderExample } from '../../../scripts/config-table.ts'
import { loadConfig } from '../../../src/lib/config/load.ts'
import { aboutKey, fileVariables, variables } from '../../../src/lib/config/names.ts'
import { configKeys } from '../../../src/lib/config/schema.ts'

const CHECKOUT = join(import.meta.dirname, '../../..')
const read = (path: string) => readFileSync(join(CHECKOUT, path), 'utf8')

describe('docs/configuration.md and .env.example', () => {
  it('say what the schema says (npm run docs:config writes them)', async () => {
    expect(read('docs/configuration.md')).to.equal(await renderDocument())
    expect(read('.env.example')).to.equal(renderExample())
  })

  it('name every variable, and none that does not exist', () => {
    const known = [...variables.keys(), ...fileVariables.keys(), 'LATCHKEY_CONFIG']
    for (const path of ['docs/configuration.md', '.env.example']) {
      const named = new Set(read(path).match(/\bLATCHKEY_[A-Z_]*[A-Z]\b/g))
      // Shown as an example of a mistake.
      named.delete('LATCHKEY_PRT')
      expect(
        [...variables.keys()].filter(name => !named.has(name)),
        path,
      ).to.deep.equal([])
      expect(
        [...named].filter(name => !known.includes(name)),
        path,
      ).to.deep.equal([])
    }
  })

  it('explain every key', () => {
    for (const key of configKeys) {
      expect(aboutKey(key).description, key).to.match(/\.$/)
      expect(aboutKey(key).expected, key).not.to.equal('')
    }
  })

  it('give defaults that are accepted as written', () => {
    const example = parseEnv(read('.env.example').replaceAll(/^#LATCHKEY/gm, 'LATCHKEY'))
    const secrets = { LATCHKEY_SECRETS: 'given' }
    expect(loadConfig({ env: { ...example, ...secrets }, root: '/nowhere' })).to.deep.equal({
      ...loadConfig({ env: secrets, root: '/nowhere' }),
      host: '::',
      allowNetworks: [],
    })
  })
})

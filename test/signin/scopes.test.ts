import { expect } from 'chai'
import { languageBy } from '../../src/lib/languages/language.ts'
import { chosen, inWords } from '../../src/signin/steps/scopes.ts'
import { ann } from '../core/signin/situations.ts'

const asked = {
  scopes: ['openid', 'email', 'phone', 'offline_access'],
  claims: ['birthdate', 'email'],
  resources: { 'https://one.example': ['read', 'write'], 'https://two.example': ['read'] },
}
const { t } = languageBy('en')
const none = { scopes: [], claims: [], resources: {} }

describe('what a person chose to let an app have', () => {
  it('is everything, when everything is ticked', () => {
    const all = inWords(asked, ann, t).map(({ name }) => name)
    expect(chosen(asked, all)).to.deep.equal({ given: asked, refused: none })
  })

  it('is what cannot be refused by itself, when nothing is ticked', () => {
    expect(chosen(asked, [])).to.deep.equal({
      given: { scopes: ['openid', 'offline_access'], claims: [], resources: {} },
      refused: { ...asked, scopes: ['email', 'phone'] },
    })
  })

  it('keeps a scope apart from the claim and from the resource’s scope of the same name', () => {
    const { given } = chosen(asked, ['email', 'https://two.example read'])
    expect(given).to.deep.equal({
      scopes: ['openid', 'email', 'offline_access'],
      claims: [],
      resources: { 'https://two.example': ['read'] },
    })
    expect(chosen(asked, ['claim:email']).given.claims).to.deep.equal(['email'])
  })

  it('is never more than was asked for', () => {
    expect(
      chosen({ ...none, scopes: ['openid'] }, ['address', 'claim:gender', 'https://one.example write', '__proto__']),
    ).to.deep.equal({
      given: { ...none, scopes: ['openid'] },
      refused: none,
    })
  })

  it('splits into given and refused without losing or adding any', () => {
    const { given, refused } = chosen(asked, ['phone', 'claim:birthdate', 'https://one.example write'])
    expect([...given.scopes, ...refused.scopes]).to.have.members(asked.scopes)
    expect([...given.claims, ...refused.claims]).to.have.members(asked.claims)
    expect(given.resources).to.deep.equal({ 'https://one.example': ['write'] })
    expect(refused.resources).to.deep.equal({ 'https://one.example': ['read'], 'https://two.example': ['read'] })
  })
})

describe('what an app asks for, in words', () => {
  it('begins with who the person is, which is required, and tells offline access apart', () => {
    const words = inWords(asked, ann, t)
    expect(words[0]).to.include({ name: 'openid', required: true })
    expect(words.slice(1).every(({ required }) => !required)).to.equal(true)
    expect(words.map(({ name }) => name)).to.not.include('offline_access')
  })

  it('shows the person’s own address and number', () => {
    const words = inWords(asked, { ...ann, phone: '+15550100' }, t)
    expect(words.find(({ name }) => name === 'email')?.detail).to.equal(ann.email)
    expect(words.find(({ name }) => name === 'phone')?.detail).to.equal('+15550100')
  })
})

import { expect } from 'chai'
import { loadConfig } from '../../../src/lib/config/load.ts'
import { maskConfig } from '../../../src/lib/config/mask.ts'
import { configKeys } from '../../../src/lib/config/schema.ts'

describe('maskConfig', () => {
  const mask = (variables: Record<string, string>) =>
    maskConfig(loadConfig({ env: { LATCHKEY_SECRETS: 'first-secret,second', ...variables }, root: '/nowhere' }))

  it('shows every key', () => {
    expect(mask({})).to.have.all.keys(configKeys)
    expect(mask({})).to.include({ port: 3000, store: 'sqlite:/nowhere/data/latchkey.db' })
  })

  it('shows secrets by their length alone', () => {
    expect(mask({})['secrets']).to.deep.equal(['**** (12 characters)', '**** (6 characters)'])
  })

  for (const [address, shown] of [
    ['mongodb://user:p4ss@a:1,b:2/db', 'mongodb://user:****@a:1,b:2/db'],
    ['mongodb://user:p4ss@w/rd@host/db?tls=true', 'mongodb://user:****@host/db?tls=true'],
    [
      'mongodb://host/db?tlsCertificateKeyFilePassword=p4ss&tls=true',
      'mongodb://host/db?tlsCertificateKeyFilePassword=****&tls=true',
    ],
    ['mongodb://host/db', 'mongodb://host/db'],
  ] as const) {
    it(`hides the password in ${address}`, () => {
      expect(mask({ LATCHKEY_STORE: address })['store']).to.equal(shown)
    })
  }

  for (const [address, shown] of [
    ['redis://:p4ss@a:1/2', 'redis://:****@a:1/2'],
    [
      'rediss+sentinel://user:p4ss@a,b:2/main?sentinelPassword=p4ss',
      'rediss+sentinel://user:****@a,b:2/main?sentinelPassword=****',
    ],
  ] as const) {
    it(`hides the password in ${address}`, () => {
      expect(mask({ LATCHKEY_REDIS: address })['redis']).to.equal(shown)
    })
  }

  it('hides the password of the mail server', () => {
    expect(mask({ LATCHKEY_MAIL: 'smtps://user:p4ss@mail.example.com' })['mail']).to.equal(
      'smtps://user:****@mail.example.com',
    )
  })

  it('hides the secrets and keys of upstreams, and nothing else of them', () => {
    const appleKey = { teamId: 'TEAM', keyId: 'KEY', privateKey: '-----BEGIN PRIVATE KEY-----' }
    const upstreams = [
      { kind: 'google', id: 'google', clientId: 'us', clientSecret: 'theirs' },
      { kind: 'apple', id: 'apple', clientId: 'us', ...appleKey },
    ]
    const [google, apple] = mask({ LATCHKEY_UPSTREAMS: JSON.stringify(upstreams) })['upstreams'] as object[]
    expect(google).to.deep.include({ id: 'google', name: 'Google', clientSecret: '**** (6 characters)' })
    expect(apple)
      .to.have.property('appleKey')
      .deep.equal({ ...appleKey, privateKey: '**** (27 characters)' })
  })
})

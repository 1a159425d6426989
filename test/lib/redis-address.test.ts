import { expect } from 'chai'
import { parseRedisAddress } from '../../src/lib/redis-address.ts'

describe('the address of Redis', () => {
  it('names one server', () => {
    expect(parseRedisAddress('redis://127.0.0.1')).to.deep.equal({
      kind: 'server',
      tls: false,
      hosts: [{ host: '127.0.0.1', port: 6379 }],
      db: 0,
      prefix: 'latchkey',
      shown: 'redis://127.0.0.1',
    })
    expect(parseRedisAddress('rediss://app:p%40ss%3Aword@cache.example.com:6380/3?prefix=id')).to.deep.include({
      tls: true,
      username: 'app',
      password: 'p@ss:word',
      hosts: [{ host: 'cache.example.com', port: 6380 }],
      db: 3,
      prefix: 'id',
    })
  })

  it('names a master by its sentinels', () => {
    const address = parseRedisAddress('redis+sentinel://:pw@a,b:26380,[::1]:1/main/2?sentinelPassword=other')
    expect(address).to.deep.include({
      kind: 'sentinel',
      name: 'main',
      db: 2,
      password: 'pw',
      sentinelPassword: 'other',
      hosts: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 26_380 },
        { host: '::1', port: 1 },
      ],
    })
  })

  it('names a cluster by some of its nodes', () => {
    const address = parseRedisAddress('rediss+cluster://user:a:b@one:7000,two')
    expect(address).to.deep.include({ kind: 'cluster', tls: true, username: 'user', password: 'a:b' })
    expect(address!.hosts).to.deep.equal([
      { host: 'one', port: 7000 },
      { host: 'two', port: 6379 },
    ])
  })

  it('is shown without its secrets', () => {
    const { shown } = parseRedisAddress('redis+sentinel://user:secret@a,b/main?sentinelPassword=secret')!
    expect(shown).to.equal('redis+sentinel://a,b/main')
  })

  for (const wrong of [
    '',
    'redis:',
    'redis://',
    'redis://a,b',
    'redis://a/x',
    'redis://a/1/2',
    'redis://a:0',
    'redis://a:65536',
    'redis://a b',
    'redis://%zz@a',
    'redis://:%zz@a',
    'redis+sentinel://a',
    'redis+sentinel://a/',
    'redis+cluster://a/1',
    'redis+other://a',
    'redis://a?unknown=1',
    'redis://a?prefix={x}',
    'redis://a?prefix=',
    'http://a',
    'mongodb://a',
  ]) {
    it(`is not ${JSON.stringify(wrong)}`, () => expect(parseRedisAddress(wrong)).to.equal(undefined))
  }
})

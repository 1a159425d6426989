// The addresses of Redis: one server, a master behind sentinels, or a cluster.
//   redis://[[USER]:PASSWORD@]HOST[:PORT][/DB]
//   redis+sentinel://[[USER]:PASSWORD@]HOST[:PORT],…/NAME[/DB]
//   redis+cluster://[[USER]:PASSWORD@]HOST[:PORT],…
// `rediss` in place of `redis` is TLS. `?prefix=` begins the name of every key; `?sentinelPassword=` is for sentinels
// that ask for one.

export interface RedisAddress {
  kind: 'server' | 'sentinel' | 'cluster'
  tls: boolean
  hosts: { host: string; port: number }[]
  username?: string
  password?: string
  db: number
  /** What the sentinels call the master. */
  name?: string
  sentinelPassword?: string
  prefix: string
  /** The address without its secrets, for messages. */
  shown: string
}

const FORM = /^(redis(s?)(?:\+(sentinel|cluster))?):\/\/(?:([^/?]*)@)?([^/?@]+)(?:\/([^?]*))?(?:\?(.*))?$/
const HOST = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i

const PORTS = { server: 6379, cluster: 6379, sentinel: 26_379 }

/** Undefined for what is no address of Redis. */
export function parseRedisAddress(text: string): RedisAddress | undefined {
  const [, scheme, tls, kind = 'server', credentials, hostList, path = '', query = ''] = FORM.exec(text) ?? []
  if (!scheme || !hostList) return undefined
  try {
    const address = kind as RedisAddress['kind']
    const hosts = hostList.split(',').map(each => hostOf(each, PORTS[address]))
    if (address === 'server' && hosts.length > 1) return undefined
    return {
      kind: address,
      tls: tls === 's',
      hosts,
      ...credentialsOf(credentials),
      ...placeOf(address, path),
      ...parametersOf(query),
      shown: `${scheme}://${hostList}${path && `/${path}`}`,
    }
  } catch (error) {
    if (error instanceof URIError || error instanceof RangeError) return undefined
    throw error
  }
}

/** @throws RangeError */
function hostOf(text: string, defaultPort: number): { host: string; port: number } {
  const [, ipv6, name, port = String(defaultPort)] = HOST.exec(text) ?? []
  const host = ipv6 ?? name
  if (!host || Number(port) < 1 || Number(port) > 65_535) throw new RangeError('no host')
  return { host, port: Number(port) }
}

/** @throws URIError */
function credentialsOf(text: string | undefined): Pick<RedisAddress, 'username' | 'password'> {
  if (text === undefined) return {}
  const [username = '', ...rest] = text.split(':')
  return {
    ...(username ? { username: decodeURIComponent(username) } : {}),
    ...(rest.length > 0 ? { password: decodeURIComponent(rest.join(':')) } : {}),
  }
}

/** @throws URIError, RangeError */
function placeOf(kind: RedisAddress['kind'], path: string): Pick<RedisAddress, 'db' | 'name'> {
  const parts = path.split('/')
  const name = kind === 'sentinel' ? decodeURIComponent(parts.shift() ?? '') : undefined
  const [db = '', ...more] = parts
  // A cluster has no databases but the first.
  if (name === '' || more.length > 0 || !/^\d{0,4}$/.test(db) || (kind === 'cluster' && Number(db) !== 0)) {
    throw new RangeError('no such place')
  }
  return { db: Number(db), ...(name ? { name } : {}) }
}

/** @throws RangeError */
function parametersOf(query: string): Pick<RedisAddress, 'prefix' | 'sentinelPassword'> {
  const { prefix = 'latchkey', sentinelPassword, ...unknown } = Object.fromEntries(new URLSearchParams(query))
  if (Object.keys(unknown).length > 0 || !/^[\w.-]{1,60}$/.test(prefix)) throw new RangeError('no such parameter')
  return { prefix, ...(sentinelPassword ? { sentinelPassword } : {}) }
}

// A range API of leaked passwords on this machine, as Have I Been Pwned documents theirs, and one that misbehaves.
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

type Fault = 'error' | 'nonsense' | 'endless' | 'hangs'

export interface Ranges {
  url: string
  /** What it was asked, in order. */
  asked: { path: string; headers: IncomingHttpHeaders }[]
  /** Answers a suffix that never leaked, as padding. */
  padWith(password: string): void
  fail(how: Fault | undefined): void
  close(): Promise<void>
}

export async function startRanges(leaked: string[]): Promise<Ranges> {
  const asked: Ranges['asked'] = []
  const padding: string[] = []
  let fault: Fault | undefined
  const server = createServer((request, response) => {
    asked.push({ path: request.url!, headers: request.headers })
    if (fault === 'hangs') return
    if (fault === 'error') return void response.writeHead(503).end()
    if (fault === 'nonsense') return void response.end('<html>'.repeat(100))
    if (fault === 'endless') return void response.end('0'.repeat(5_000_000))
    const prefix = request.url!.split('/').at(-1)!
    const lines = [
      ...leaked.map(password => `${sha1(password)}:42`),
      ...padding.map(password => `${sha1(password)}:0`),
      `${prefix}${randomBytes(18).toString('hex').toUpperCase().slice(0, 35)}:3`,
    ]
    const within = lines.filter(line => line.startsWith(prefix)).map(line => line.slice(5))
    response.end(within.join('\r\n'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/range/`,
    asked,
    padWith: password => void padding.push(password),
    fail: how => void (fault = how),
    async close() {
      server.closeAllConnections()
      if (server.listening) await new Promise(done => server.close(done))
    },
  }
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex').toUpperCase()
}

// An app's back-channel logout endpoint, which keeps what it is told (OpenID Connect Back-Channel Logout 1.0).
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Receiver {
  url: string
  /** Every logout token so far. */
  tokens: string[]
  /** Answers 500 while it is set. */
  failing: boolean
  /** The next token that comes. */
  next(): Promise<string>
  close(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const waiting: ((token: string) => void)[] = []
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = new URLSearchParams(await text(request)).get('logout_token') ?? ''
    response.writeHead(receiver.failing ? 500 : 200).end()
    receiver.tokens.push(token)
    waiting.shift()?.(token)
  }
  const server = createServer((request, response) => void take(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/logout`,
    tokens: [],
    failing: false,
    next: () => new Promise(resolve => waiting.push(resolve)),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return receiver
}

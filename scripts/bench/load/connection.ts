// One kept-alive HTTP/1.1 connection with one request under way at a time. It reads no more of an answer than where it
// ends, so that the client is never what is measured.
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import type { Answer } from './http.ts'

export interface Connection {
  /** One request at a time. @throws Error when the connection breaks, or for an answer without a Content-Length */
  send(request: Buffer, answered: (answer: Answer) => void, broken: (error: Error) => void): void
  /** The same, as a promise: for what is not measured. */
  ask(request: Buffer): Promise<Answer>
  close(): void
}

export async function openConnection(origin: string): Promise<Connection> {
  const { hostname, port } = new URL(origin)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  return overSocket(socket)
}

function overSocket(socket: Socket): Connection {
  let answered: ((answer: Answer) => void) | undefined
  let broken: ((error: Error) => void) | undefined
  let received = ''

  function fail(error: Error): void {
    const tell = broken
    answered = broken = undefined
    socket.destroy()
    tell?.(error)
  }

  // latin1 keeps a byte a character, as lengths are in bytes; what is read from bodies is ASCII.
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    received = received === '' ? chunk : received + chunk
    const end = endOfAnswer(received)
    if (end === undefined) return
    if (typeof end === 'string') return fail(new Error(end))
    if (received.length > end.all) return fail(new Error('more came than one answer'))
    const text = received
    const tell = answered
    received = ''
    answered = broken = undefined
    tell?.({ status: Number(text.slice(9, 12)), head: text.slice(0, end.head), body: text.slice(end.head + 4) })
  })
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed the connection')))

  const send: Connection['send'] = (request, onAnswer, onBreak) => {
    answered = onAnswer
    broken = onBreak
    if (socket.destroyed) fail(new Error('the connection is closed'))
    else socket.write(request)
  }
  return {
    send,
    ask: request => new Promise((resolve, reject) => send(request, resolve, reject)),
    close: () => socket.destroy(),
  }
}

/** Where the answer's head and all of it end; undefined while more has to come; a string for what is not understood. */
export function endOfAnswer(received: string): { head: number; all: number } | string | undefined {
  const head = received.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  const status = received.slice(9, 12)
  const length = contentLength(received, head)
  if (length === undefined && status !== '204' && status !== '304') return 'an answer without a Content-Length'
  const all = head + 4 + (length ?? 0)
  return received.length < all ? undefined : { head, all }
}

function contentLength(received: string, end: number): number | undefined {
  const at = received.search(/\r\ncontent-length: /i)
  return at < 0 || at > end ? undefined : Number.parseInt(received.slice(at + 18, at + 30), 10)
}

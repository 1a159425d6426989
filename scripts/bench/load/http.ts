// Requests as bytes that are made once and sent many times, and what is read of an answer.

/** What the load client knows of an answer. Header names are as the server wrote them. */
export interface Answer {
  status: number
  head: string
  body: string
}

/** A request; or something else that is waited for and answers, such as a mail. */
export type Ask = Buffer | Promise<Answer>

/** An answer that is not the right one: it is counted, and fails the run. */
export class WrongAnswer extends Error {}

export type Headers = Record<string, string>

export function get(origin: string, path: string, headers: Headers = {}): Buffer {
  return Buffer.from(head('GET', origin, path, headers) + '\r\n')
}

/** A form post. */
export function post(
  origin: string,
  path: string,
  fields: Record<string, string> | [string, string][],
  headers: Headers = {},
): Buffer {
  const body = new URLSearchParams(fields).toString()
  const all = { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': String(body.length), ...headers }
  return Buffer.from(`${head('POST', origin, path, all)}\r\n${body}`)
}

function head(method: string, origin: string, path: string, headers: Headers): string {
  const lines = Object.entries({ Host: origin.slice('http://'.length), ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  return `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n`
}

export function basic(id: string, secret: string): Headers {
  return { Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
}

/** The value of a string member of a JSON body, without parsing all of it. @throws WrongAnswer when it is not there */
export function member(answer: Answer, name: string): string {
  const start = answer.body.indexOf(`"${name}":"`)
  if (start < 0) throw wrong(answer, `no ${name}`)
  const from = start + name.length + 4
  return answer.body.slice(from, answer.body.indexOf('"', from))
}

/** The value of a header. @throws WrongAnswer when it is not there */
export function header(answer: Answer, name: string): string {
  const value = new RegExp(`^${name}: (.*)$`, 'im').exec(answer.head)?.[1]
  if (value === undefined) throw wrong(answer, `no ${name} header`)
  return value.trim()
}

/** @throws WrongAnswer for another status, or a body without `text` */
export function expectAnswer(answer: Answer, status: number, text = ''): void {
  if (answer.status !== status || !answer.body.includes(text)) throw wrong(answer, `expected ${status} ${text}`)
}

export function wrong({ status, head: lines, body }: Answer, why: string): WrongAnswer {
  const location = /^location: .*$/im.exec(lines)?.[0] ?? ''
  return new WrongAnswer(`${why}; got ${status} ${location} ${body.slice(0, 300)}`)
}

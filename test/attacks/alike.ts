// Holds answers to be alike to the byte: what differs by chance (ids, dates) or by what was typed is taken out first.
import { expect } from 'chai'

export interface Recorded {
  status: number
  headers: Record<string, string>
  cookies: string[]
  body: string
}

/** An answer without what is random in it. `typed` is what stands in it because the person typed it. */
export async function record(response: Response, typed: string): Promise<Recorded> {
  const plain = (text: string) =>
    text
      .replaceAll(typed, 'TYPED')
      .replaceAll(typed.replace('@', '<wbr>@'), 'TYPED')
      .replaceAll(/\/signin\/[\w-]{43}/g, '/signin/UID')
      .replaceAll(/[\w-]{22}(?=<\/code>)/g, 'TRACE')
      // Until when something is closed.
      .replaceAll(/\d{1,2} \w+ \d{4} at \d\d:\d\d UTC/g, 'MOMENT')
  // Seconds pass between two walks.
  const headers = Object.fromEntries(
    [...response.headers]
      .map(([name, value]) => [name, name === 'retry-after' ? 'SECONDS' : value] as const)
      .filter(([name]) => !['date', 'x-request-id', 'set-cookie'].includes(name)),
  )
  const cookies = response.headers.getSetCookie().map(cookie =>
    cookie
      .replace(/=[^;]*/, '=')
      .replaceAll(/expires=[^;]*/gi, 'expires')
      .replaceAll(/signin\/[\w-]{43}/g, 'signin/UID'),
  )
  return {
    status: response.status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, plain(value)])),
    cookies,
    body: plain(await response.text()),
  }
}

/** @param whoever what each kind of name was answered, step by step */
export function expectAlike(whoever: Record<string, Recorded[]>): void {
  const [[first, answers], ...others] = Object.entries(whoever) as [[string, Recorded[]], ...[string, Recorded[]][]]
  for (const [name, given] of others) expect(given, `${name} is answered as ${first} is`).to.deep.equal(answers)
}

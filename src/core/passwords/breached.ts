// Passwords that have leaked, by a range API as Have I Been Pwned has it: it is told the first 5 of the 40 hex digits of the
// password's SHA-1, and answers how all go on that it knows to begin so. What it finds out is nothing that it can use.
import { createHash } from 'node:crypto'

export type BreachAnswer = 'breached' | 'unknown' | 'failed'

interface Parts {
  /** The prefix is added to it as the last part of the path. */
  url: string
  fetch: typeof fetch
  /** Told of each look how it ended, and of one that failed, why. */
  asked: (answer: BreachAnswer, reason?: string) => unknown
}

/** More at once would make us the flood that the other side refuses; who comes then is not held up. */
const AT_ONCE = 8
/** A range with its padding is under 60 kB. */
const LONGEST = 200_000

/**
 * Whether a password is known to have leaked. A service that is away, slow or odd keeps nobody from choosing a password:
 * then it is not looked up, and `asked` is told.
 */
export function createBreachCheck({ url, fetch, asked }: Parts) {
  let underWay = 0

  async function look(password: string): Promise<BreachAnswer> {
    const digest = createHash('sha1').update(password.normalize('NFKC')).digest('hex').toUpperCase()
    const [prefix, rest] = [digest.slice(0, 5), digest.slice(5)]
    // With padding, the size of the answer does not tell a listener which range it was.
    const answer = await fetch(`${url.replace(/\/$/, '')}/${prefix}`, { headers: { 'Add-Padding': 'true' } })
    if (!answer.ok) throw new Error(`it answered ${answer.status}`)
    const lines = (await textOf(answer)).split('\n')
    const found = lines.find(line => line.trim().toUpperCase().startsWith(`${rest}:`))
    // Padding counts 0.
    return found && Number(found.split(':')[1]) > 0 ? 'breached' : 'unknown'
  }

  return async function isBreached(password: string): Promise<boolean> {
    underWay++
    try {
      if (underWay > AT_ONCE) throw new Error(`more than ${AT_ONCE} look-ups at once`)
      const answer = await look(password)
      asked(answer)
      return answer === 'breached'
    } catch (error) {
      const { message, cause } = error as Error
      asked('failed', cause instanceof Error ? cause.message : message)
      return false
    } finally {
      underWay--
    }
  }
}

async function textOf(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body ?? []) {
    chunks.push(chunk)
    size += chunk.length
    if (size > LONGEST) throw new Error(`it answered more than ${LONGEST} bytes`)
  }
  return Buffer.concat(chunks).toString('latin1')
}

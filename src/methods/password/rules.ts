// What a new password must be (NIST SP 800-63B-4, section 3.1.1.2): long, not a pattern, not the person's own name.
import { Refused } from '../../lib/errors.ts'

/** In code points. Longer ones are no stronger, and only cost time. */
export const MAX_LENGTH = 1000

/**
 * @param own what is known of the person: their address, username and name
 * @throws Refused `password.short`, `password.long`, `password.simple`, `password.own_name`
 */
export function checkNewPassword(password: string, minLength: number, own: readonly (string | undefined)[]): void {
  const text = password.normalize('NFKC')
  const length = [...text].length
  const refuse = (code: string, hint: string): never => {
    throw new Refused(code, { field: 'password', hint })
  }
  if (length < minLength)
    refuse('password.short', `Use at least ${minLength} characters. A few words together work well.`)
  if (length > MAX_LENGTH) refuse('password.long', `Use at most ${MAX_LENGTH} characters.`)
  if (new Set(text).size < 5 || isRepeated(text))
    refuse('password.simple', 'This repeats a few characters. Use several words together.')
  if (isRun(text))
    refuse('password.simple', 'This follows a pattern that is guessed first. Use several words together.')

  const lower = text.toLowerCase()
  const names = own.flatMap(name => (name ? [name, name.split('@')[0]!] : [])).filter(name => name.length > 3)
  // What is left without the person's own names has to be long enough by itself to be worth guessing.
  const rest = names.reduce((left, name) => left.replaceAll(name.toLowerCase(), ''), lower)
  if ([...rest].length < Math.min(8, minLength)) {
    refuse('password.own_name', 'This is mostly your own name or address. Use words that have nothing to do with you.')
  }
}

/** Whether it is some shorter text again and again, the last time perhaps cut off: `passwordpassword`, `abcdeabcdeab`. */
function isRepeated(text: string): boolean {
  const half = Math.floor(text.length / 2)
  return Array.from({ length: half }, (_, at) => at + 1).some(period => text.startsWith(text.slice(period)))
}

/** Whether each character follows the one before by the same step: 12345…, abcde…, 97531…. */
function isRun(text: string): boolean {
  const steps = new Set<number>()
  for (let at = 1; at < text.length; at += 1) steps.add((text.charCodeAt(at) - text.charCodeAt(at - 1) + 10) % 10)
  return steps.size === 1
}

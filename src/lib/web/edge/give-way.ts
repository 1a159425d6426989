// People's pages give way to what apps call, however many people come at once: a page is begun in a turn of the event loop
// in which no app has asked anything. So an app waits for one page at the most, and not for a crowd.
import type { Middleware } from 'koa'
import { Refused } from '../../errors.ts'

/** Where apps ask in every turn, a page is begun as often as this all the same. Milliseconds. */
const APART = 4
/** Beyond that, a quick no is worth more than a slow yes. */
const MOST_WAITING = 2000
/** Seconds after which somebody may come back. */
const RETRY_AFTER = 2

/** `first` is for what goes first, `pages` for what gives way: it throws Refused `busy`, 503, when too many wait. */
export function createGiveWay(): Record<'first' | 'pages', Middleware> {
  const waiting: (() => void)[] = []
  let isAsked = false
  let lastBegun = 0
  /** Whether a turn has been asked for. */
  let isComing = false

  function mayBegin(): boolean {
    return !isAsked || performance.now() - lastBegun >= APART
  }

  function nextTurn(): void {
    isComing = false
    if (waiting.length > 0 && mayBegin()) {
      lastBegun = performance.now()
      waiting.shift()!()
    }
    isAsked = false
    if (waiting.length > 0) comeAgain()
  }

  function comeAgain(): void {
    if (isComing) return
    isComing = true
    setImmediate(nextTurn)
  }

  return {
    first(_ctx, next) {
      isAsked = true
      comeAgain()
      return next()
    },

    pages(_ctx, next) {
      if (!isComing && mayBegin()) {
        lastBegun = performance.now()
        comeAgain()
        return next()
      }
      if (waiting.length >= MOST_WAITING) {
        throw new Refused('busy', { status: 503, retryAfter: RETRY_AFTER })
      }
      comeAgain()
      return new Promise<void>(resolve => waiting.push(resolve)).then(next)
    },
  }
}

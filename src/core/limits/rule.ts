// What a limit says.

/** What a limit is counted by: whose tries are one count. */
export type CountedBy = 'account' | 'device' | 'network' | 'site' | 'target' | 'client' | 'everyone'

/** `max` tries in `window` seconds; one more closes it for `lock` seconds (the rest of the window where there is none). */
export interface Rule {
  name: string
  max: number
  window: number
  lock?: number
  /** Each lock that follows another lasts twice as long, up to so many seconds. */
  longestLock?: number
  /**
   * It holds back a flood, and no guess at a secret depends on it: to lose the count costs nothing but some more requests.
   * Whatever does not say so is counted where it lasts.
   */
  flood?: boolean
  /** Of all together, for what costs money or a good name: what a refusal says, and that it is spent is an event. */
  budget?: 'mail.budget' | 'sms.budget'
}

/** A rule as the table has it. */
export interface ListedRule extends Rule {
  by: CountedBy
  /** What is counted, in words for an operator. */
  counts: string
}

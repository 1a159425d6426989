import type { z } from 'zod'
import type { momentSchema } from '../../core/links/place.ts'
import { describeBrowser } from '../../lib/web/browser/describe-browser.ts'
import { time } from './print.ts'

/** When, from where and by which browser, as far as there was one. */
export function momentOf({ at, address, userAgent }: z.infer<typeof momentSchema>): string {
  return [time(at), address, userAgent && describeBrowser(userAgent)].filter(Boolean).join(' ')
}

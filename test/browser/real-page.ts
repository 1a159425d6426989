import type { Page } from 'playwright-core'
import { resetClock } from '../support/clock.ts'
import type { Stage } from './stage.ts'

/** Takes what has to be undone once the page was looked at, or could not be reached. */
export type Later = (undo: () => unknown) => void

export interface RealPage {
  name: string
  /** How its h1 begins. */
  heading: string
  /** Takes a browser that knows nobody to the page. */
  open(stage: Stage, page: Page, later: Later): Promise<void>
}

/** Opens one of them, makes sure that it is the one, and looks at it. Whatever happens, nothing of it is left for the next. */
export async function visit(
  { heading, open }: RealPage,
  stage: Stage,
  page: Page,
  look: () => Promise<void>,
): Promise<void> {
  const undo: (() => unknown)[] = []
  try {
    await open(stage, page, one => undo.push(one))
    await page.getByRole('heading', { level: 1, name: heading }).waitFor()
    await look()
  } catch (error) {
    const [read = 'no heading'] = await page.locator('h1').allInnerTexts()
    throw new Error(`${(error as Error).message}\nThe browser was at “${read}” (${page.url()})`, { cause: error })
  } finally {
    // Left first: what its script still asks for would be refused, and complained of, without the cookies.
    await page.goto('about:blank')
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await page.context().clearCookies()
    for (const one of undo.toReversed()) await one()
    resetClock()
  }
}

/** A page of its own, so that ours does not lend it its policy. */
export async function showMail(page: Page, html: string): Promise<void> {
  await page.goto('about:blank')
  await page.setContent(html)
}

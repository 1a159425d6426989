import type { Page } from 'playwright-core'
import type { Stage } from './stage.ts'

export interface RealPage {
  name: string
  /** How its h1 begins. */
  heading: string
  /** Takes a fresh browser context to the page. What it answers is closed after the page was looked at. */
  open(stage: Stage, page: Page): Promise<void | (() => Promise<void>)>
}

/** A page of its own, so that ours does not lend it its policy. */
export async function showMail(page: Page, html: string): Promise<void> {
  await page.goto('about:blank')
  await page.setContent(html)
}

// A person's browser in a test: a context of its own, watched, and closed when the test ends.
import { expect } from 'chai'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { launchBrowser } from '../support/chromium.ts'
import { watch } from './watch.ts'

/** Opens a browser: with cookies of its own, or with those of `storageState`. */
export type Open = (options?: BrowserContextOptions) => Promise<Page>

/** A test in real browsers. They are closed after it, and none may have had anything to complain of. */
export function journey(title: string, go: (open: Open) => Promise<void>): void {
  it(title, async () => {
    const contexts: BrowserContext[] = []
    const complaints: string[][] = []
    const browser = await launchBrowser()
    const open: Open = async options => {
      const context = await browser.newContext(options)
      context.setDefaultTimeout(30_000)
      contexts.push(context)
      complaints.push(watch(context))
      return context.newPage()
    }
    try {
      await go(open)
    } catch (error) {
      throw new Error(`the browser was at ${await placesOf(contexts)}`, { cause: error })
    } finally {
      await Promise.all(contexts.map(context => context.close()))
    }
    expect(complaints.flat()).to.deep.equal([])
  })
}

/** Where a failed journey ended, page by page. */
async function placesOf(contexts: BrowserContext[]): Promise<string> {
  const pages = contexts.flatMap(context => context.pages())
  const places = pages.map(async page => {
    const [heading = 'a page without a heading'] = await page.locator('h1').allInnerTexts()
    return `“${heading}” (${page.url()})`
  })
  return (await Promise.all(places)).join(', ')
}

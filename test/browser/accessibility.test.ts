// Every page that a person can meet: axe-core (WCAG 2.2 AA and best practice), the width of a narrow phone, the keyboard.
import axe from 'axe-core'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../support/chromium.ts'
import { tabThrough } from './keyboard.ts'
import { realPages } from './pages.ts'
import { visit } from './real-page.ts'
import { setStage, type Stage } from './stage.ts'
import { watch } from './watch.ts'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const schemes = ['light', 'dark'] as const
const widths = [1280, 320]

describe('every page is for everybody:', () => {
  let stage: Stage
  // One browser for all pages, without cookies each time: a new one for each would take longer than axe does.
  let page: Page
  let complaints: string[]

  before(async () => {
    stage = await setStage({ jobs: false, env: { LATCHKEY_TERMS_URL: 'https://example.com/terms' } })
    const browser = await launchBrowser()
    // A colour on its way from one scheme to the other has a contrast of its own.
    const context = await browser.newContext({ reducedMotion: 'reduce' })
    context.setDefaultTimeout(30_000)
    complaints = watch(context)
    page = await context.newPage()
  })
  after(async () => {
    await page?.context().close()
    await stage?.close()
  })

  for (const realPage of realPages) {
    it(realPage.name, async () => {
      complaints.length = 0
      await visit(realPage, stage, page, () => look(page))
      expect(complaints).to.deep.equal([])
    })
  }
})

async function look(page: Page): Promise<void> {
  await page.evaluate(axe.source)
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 })
    const needed = await page.evaluate<number>('document.documentElement.scrollWidth')
    expect(needed, 'width that the page needs').to.be.at.most(width)
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme })
      expect(await findings(page), `at ${width} px, ${colorScheme}`).to.deep.equal([])
    }
    expect(await tabThrough(page), `by the keyboard, at ${width} px`).to.deep.equal([])
  }
}

/** What axe finds on the page as it is now; its script has to be there. */
function findings(page: Page): Promise<string[]> {
  const options = JSON.stringify({ runOnly: TAGS, resultTypes: ['violations'] })
  return page.evaluate<string[]>(`axe.run(document, ${options}).then(({ violations }) =>
    violations.flatMap(({ id, help, nodes }) => nodes.map(node => id + ': ' + help + ': ' + node.html)))`)
}

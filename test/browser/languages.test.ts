// Every view in the languages that strain it most, long words and the other direction: axe-core, and the width of a narrow phone.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { createViews } from '../../src/lib/views.ts'
import { page as common } from '../lib/page.fixtures.ts'
import { mails, pages } from '../lib/views.fixtures.ts'
import { launchBrowser } from '../support/chromium.ts'

const ROOT = join(import.meta.dirname, '../../views')
const views = createViews(ROOT, {})
const style = readFileSync(join(ROOT, 'assets/latchkey.css'), 'utf8')
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

for (const lang of ['de', 'ja', 'ar']) {
  describe(`in ${lang}, every page is for everybody:`, () => {
    let page: Page

    before(async () => {
      const context = await (await launchBrowser()).newContext({ viewport: { width: 320, height: 640 } })
      // Logos from elsewhere are not waited for.
      await context.route('**', route => route.abort())
      page = await context.newPage()
    })
    after(() => page?.context().close())

    async function expectSound(html: string): Promise<void> {
      await page.setContent(html)
      const needed = await page.evaluate<number>('document.documentElement.scrollWidth')
      expect(needed, 'width that the page needs').to.be.at.most(320)
      await page.evaluate(axe.source)
      expect(await findings(page)).to.deep.equal([])
    }

    for (const [name, locals] of pages) {
      it(name, async () => {
        const html = views.render(name, { ...locals, page: { ...common, ...pageOf(locals), lang } })
        expect(html).to.include(`<html lang="${lang}" dir="${lang === 'ar' ? 'rtl' : 'ltr'}">`)
        await expectSound(html.replace(/<link rel="stylesheet"[^>]*>/, () => `<style>${style}</style>`))
      })
    }

    for (const [name, locals] of mails) {
      it(`mail ${name}`, () => expectSound(views.renderMail(name, { ...locals, lang }).html))
    }
  })
}

function pageOf(locals: object): object {
  return 'page' in locals && typeof locals.page === 'object' && locals.page !== null ? locals.page : {}
}

function findings(page: Page): Promise<string[]> {
  const options = JSON.stringify({ runOnly: TAGS, resultTypes: ['violations'] })
  return page.evaluate<string[]>(`axe.run(document, ${options}).then(({ violations }) =>
    violations.flatMap(({ id, help, nodes }) => nodes.map(node => id + ': ' + help + ': ' + node.html)))`)
}

// `npm run screenshots [-- NAME…]`: every page as it looks on a desk, on a narrow phone and in the dark, to look at.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { closeBrowser, launchBrowser } from '../support/chromium.ts'
import { realPages } from './pages.ts'
import { visit } from './real-page.ts'
import { setStage } from './stage.ts'

const FOLDER = join(import.meta.dirname, '../../screenshots')

const looks = [
  { look: 'wide', width: 1280, height: 800, colorScheme: 'light' },
  { look: 'narrow', width: 320, height: 640, colorScheme: 'light' },
  { look: 'dark', width: 1280, height: 800, colorScheme: 'dark' },
] as const

const wanted = process.argv.slice(2)
mkdirSync(FOLDER, { recursive: true })
const stage = await setStage()
const browser = await launchBrowser()
try {
  for (const realPage of realPages) {
    const { name } = realPage
    if (wanted.length > 0 && !wanted.some(part => name.includes(part))) continue
    const context = await browser.newContext()
    const page = await context.newPage()
    page.setDefaultTimeout(5000)
    try {
      await visit(realPage, stage, page, async () => {
        for (const { look, width, height, colorScheme } of looks) {
          await page.setViewportSize({ width, height })
          await page.emulateMedia({ colorScheme })
          await page.screenshot({ path: join(FOLDER, `${name}-${look}.png`), fullPage: true, animations: 'disabled' })
        }
      })
      process.stdout.write(`${name}\n`)
    } catch (error) {
      process.exitCode = 1
      process.stdout.write(`${name}: ${String(error)}\n`)
    }
    await context.close()
  }
} finally {
  await closeBrowser()
  await stage.close()
}

import { chromium, type Browser } from 'playwright-core'
import { findChromium } from '../../scripts/tools/chromium.ts'

// Nothing that Chromium does of its own accord: no updates, no sync, no calls home from a test run.
const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

let shared: Promise<Browser> | undefined

/** The one Chromium of this run, started at the first call; each test opens its own context (`browser.newContext()`). */
export function launchBrowser(): Promise<Browser> {
  return (shared ??= launch())
}

export async function closeBrowser(): Promise<void> {
  await (await shared)?.close()
  shared = undefined
}

async function launch(): Promise<Browser> {
  const executablePath = findChromium()
  if (!executablePath) throw new Error('no Chromium found: run `npm test`, which installs one, or set CHROMIUM_PATH')
  // Chromium's sandbox refuses to run as root.
  const args = process.getuid?.() === 0 ? ['--no-sandbox', ...flags] : flags
  return chromium.launch({ executablePath, args })
}

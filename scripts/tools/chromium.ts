import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { aptInstall, canAptInstall } from './apt.ts'
import { isExecutable, onPath, succeeds } from './run.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']
const macChrome = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'

/** The Chromium that browser tests use: CHROMIUM_PATH, else Playwright's own, else the machine's. */
export function findChromium(): string | undefined {
  const given = process.env.CHROMIUM_PATH
  if (given) return given
  const candidates = [chromium.executablePath(), onPath(...names), macChrome]
  // Asked for its version, because Ubuntu has a `chromium-browser` that only says how to install one.
  return candidates.find(path => path !== undefined && isExecutable(path) && succeeds(path, ['--version'], 20))
}

/** Downloads Playwright's Chromium or, where the network lets only the distribution through, installs its package. */
export function installChromium(): boolean {
  return installPlaywrights() || (canAptInstall() && aptInstall('chromium', 'fonts-liberation'))
}

function installPlaywrights(): boolean {
  const cli = fileURLToPath(new URL('cli.js', import.meta.resolve('playwright-core/package.json')))
  const env = { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' }
  if (!succeeds(process.execPath, [cli, 'install', '--no-shell', 'chromium'], 300, env)) return false
  // A bare machine lacks the shared libraries that Chromium needs.
  if (!findChromium() && canAptInstall()) succeeds(process.execPath, [cli, 'install-deps', 'chromium'], 600, env)
  return findChromium() !== undefined
}

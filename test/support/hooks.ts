// Root hooks: what a whole test run shares is closed when the run ends.
import { closeBrowser } from './chromium.ts'

export const mochaHooks = {
  async afterAll(): Promise<void> {
    await closeBrowser()
  },
}

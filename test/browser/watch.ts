import type { BrowserContext, ConsoleMessage } from 'playwright-core'

/** Collects what Chromium complains about: errors and warnings of the console, refusals by a CSP, faults of scripts. */
export function watch(context: BrowserContext): string[] {
  const complaints: string[] = []
  /** What was gone to as a page, and not fetched by one. */
  const pages = new Set<string>()
  context.on('request', request => {
    if (request.isNavigationRequest()) pages.add(request.url())
  })
  context.on('console', message => {
    if (['error', 'warning'].includes(message.type()) && !isStatusOfPage(message, pages)) {
      complaints.push(`${message.page()?.url()}: ${message.text()} (${message.location().url})`)
    }
  })
  context.on('weberror', error => complaints.push(`${error.page()?.url()}: ${error.error()}`))
  context.on('requestfailed', request => {
    const reason = request.failure()?.errorText
    // Leaving a page while its icon loads.
    if (reason !== 'net::ERR_ABORTED') complaints.push(`${request.url()}: ${reason}`)
  })
  return complaints
}

/** Chromium notes each page that answers 4xx or 503; our refusals do, by design. It may say so when the page has gone on already. */
function isStatusOfPage(message: ConsoleMessage, pages: ReadonlySet<string>): boolean {
  const ours = message.text().startsWith('Failed to load resource: the server responded with a status of')
  return ours && pages.has(message.location().url)
}

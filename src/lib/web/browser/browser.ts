import { getParser } from 'bowser'

export interface Browser {
  /** `Firefox`, `Microsoft Edge`; undefined for what is no browser that people know. */
  browser?: string
  /** `Windows`, `iOS`. */
  system?: string
}

/** Enough to tell every browser, and too little to keep a pattern busy. */
const LONGEST = 300
/** As `shortUserAgent` writes it. */
const SHORT = /^([\w .+-]*); ([\w .+-]*)$/

/** So many are told apart again and again without being parsed. */
const MAX_KNOWN = 500
const known = new Map<string, Browser>()

/** The family of a browser and its system, without versions. It comes from the request and proves nothing. */
export function browserOf(userAgent: string): Browser {
  const cut = userAgent.slice(0, LONGEST)
  const found = known.get(cut)
  if (found) return found
  const browser = parse(cut)
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(cut, browser)
  return browser
}

function parse(cut: string): Browser {
  const short = SHORT.exec(cut)
  if (short) return named(short[1], short[2])
  // The library throws at an empty one.
  if (cut === '') return {}
  const parser = getParser(cut)
  return named(parser.getBrowserName(), parser.getOSName())
}

/** What is left of a header once its details are not to be kept any longer: it still reads as the same browser. */
export function shortUserAgent(userAgent: string): string {
  const { browser = '', system = '' } = browserOf(userAgent)
  return `${browser}; ${system}`
}

function named(browser: string | undefined, system: string | undefined): Browser {
  return { ...(browser ? { browser } : {}), ...(system ? { system } : {}) }
}

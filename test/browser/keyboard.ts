// A page by the keyboard alone: all that can be pressed or filled in is reached by Tab, in order, and shows that it is.
import type { Page } from 'playwright-core'

/** What has the focus: its place among all that could, whether that shows, and whether the window does. */
interface Focus {
  place: number
  shows: boolean
  inView: boolean
}

/** Of a group of radio buttons Tab reaches the one that is chosen; the arrows reach the others from there. */
const ALL = `[...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(one =>
  !one.disabled && one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }) &&
  (one.type !== 'radio' || one.checked || ![...document.getElementsByName(one.name)].some(other => other.checked)))`

const FOCUS = `(() => {
  const one = document.activeElement
  const { outlineStyle, outlineWidth } = getComputedStyle(one)
  const { top, bottom, left, right } = one.getBoundingClientRect()
  return {
    place: ${ALL}.indexOf(one),
    shows: outlineStyle !== 'none' && parseFloat(outlineWidth) > 0,
    inView: bottom > 0 && right > 0 && top < innerHeight && left < innerWidth,
  }
})()`

/** @returns what is wrong, in words; nothing when nothing is */
export async function tabThrough(page: Page): Promise<string[]> {
  const names = await page.evaluate<string[]>(`${ALL}.map(one => one.outerHTML.slice(0, 100))`)
  const wrong: string[] = []
  const places: number[] = []
  // Twice around: a page may begin in its middle, where a field has the focus.
  for (let presses = 0; presses < 2 * names.length + 4 && places.length < names.length; presses += 1) {
    await page.keyboard.press('Tab')
    const { place, shows, inView } = await page.evaluate<Focus>(FOCUS)
    if (place < 0 || places.includes(place)) continue
    if (!shows) wrong.push(`does not show its focus: ${names[place]}`)
    if (!inView) wrong.push(`has the focus out of sight: ${names[place]}`)
    places.push(place)
  }
  for (const [place, name] of names.entries()) if (!places.includes(place)) wrong.push(`is not reached by Tab: ${name}`)
  const turns = places.filter((place, at) => at > 0 && place < places[at - 1]!).length
  if (turns > 1) wrong.push(`is walked through in another order than it reads: ${places.join(' ')}`)
  return wrong
}

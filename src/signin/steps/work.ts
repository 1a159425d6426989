// The page on which a browser works for a moment. It comes before what strangers try most: passwords, registrations, mails
// to get back in. Passkeys come without it.
import { fileURLToPath } from 'node:url'
import { Refused } from '../../lib/errors.ts'
import type { Shown } from '../../methods/method.ts'
import type { Attempt } from '../../core/attempts.ts'
import type { Page, Submission } from '../attempt/page.ts'
import type { SignInServices } from '../services.ts'

/** What is gone on to: the step at hand, or a page that can be opened at any. */
const ONWARD = new Set(['', 'signup', 'recover', 'recover/names'])

export async function workPage({ work }: SignInServices, { id, worked }: Attempt, onward = ''): Promise<Shown> {
  const at = `/signin/${id}`
  return {
    view: 'signin/work',
    locals: {
      action: `${at}/work`,
      challenge: await work.ask(id, worked?.turns ?? 0),
      onward,
      againUrl: onward === '' ? at : `${at}/${onward}`,
    },
    script: 'work.js',
  }
}

/**
 * Takes what was worked out. One piece of work is good for one try: each is for its turn, however many were worked out in
 * advance.
 */
export async function takeWork({ services, ctx, attempt, form, go }: Submission): Promise<void> {
  const turn = await services.work.accept(attempt.id, form.text('work'))
  if (turn === undefined) throw new Refused('work.wrong')
  await go(known =>
    (known.worked?.turns ?? 0) === turn ? { ...known, worked: { paid: true, turns: turn + 1 } } : undefined,
  )
  const onward = form.text('onward')
  if (onward !== '' && ONWARD.has(onward) && ctx.status === 303) ctx.redirect(`/signin/${attempt.id}/${onward}`)
}

/** Uses up what was worked out, so that of parallel tries one is paid for. @throws Refused `work.missing`, 409 */
export async function spendWork({ services, attempt, asksWork }: Page): Promise<void> {
  if (!asksWork) return
  const spent = await services.attempts.update(attempt.id, known =>
    known.worked?.paid ? { ...known, worked: { ...known.worked, paid: false } } : undefined,
  )
  if (!spent) throw new Refused('work.missing', { status: 409 })
}

/** The browser's half of ALTCHA's library, as its makers publish it; views/assets/work.js stands on it. */
export const WORK_FOR_BROWSERS: Record<string, string> = Object.fromEntries(
  ['pow', 'helpers', 'types', 'algorithms/web/pbkdf2'].map(name => [
    `altcha/${name}.js`,
    fileURLToPath(new URL(`${name}.js`, import.meta.resolve('altcha-lib'))),
  ]),
)

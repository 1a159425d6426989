// The hosted pages between the authorization request and the redirect back. Every page asks nextStep; none decides.
import Router from '@koa/router'
import type { PageContext } from '../lib/web/context.ts'
import { readBody } from '../lib/web/form.ts'
import { comeBack } from './steps/come-back.ts'
import { cancel, decideConsent } from './steps/consent.ts'
import { complete } from './steps/complete.ts'
import { choosePassword } from './steps/change-password.ts'
import { goTo } from '../lib/web/go-to.ts'
import { identify, selectAccount, switchPerson } from './steps/identify.ts'
import { challenge, showMethod } from './steps/challenge.ts'
import { enrol, showEnrolment, skipEnrolment } from './steps/enrol.ts'
import { takePass } from './links/pass.ts'
import { linkApiRoutes } from './links/api.ts'
import { inviteRoutes, takeInvitation } from './registration/invite.ts'
import { languageRoutes } from './browser/language.ts'
import { linkRoutes } from './links/routes.ts'
import { notMeRoutes } from './not-me/routes.ts'
import { ask, showAsk } from './recovery/ask.ts'
import { sendNames, showNames } from './recovery/names.ts'
import { takeResetCode } from './recovery/code.ts'
import { resetRoutes } from './recovery/routes.ts'
import { holdsFinishLink } from './lost/finish-link.ts'
import { beginLost, showLost } from './lost/lost.ts'
import { removeLost } from './lost/remove.ts'
import { recoveryLinkRoutes } from './lost/routes.ts'
import type { Page } from './attempt/page.ts'
import { prove, proveReturned } from './steps/prove.ts'
import type { Refill } from './attempt/refill.ts'
import type { SignInServices } from './services.ts'
import { showPage, showStep } from './attempt/show.ts'
import { answerStep, goOn, page, returned, submission } from './attempt/submission.ts'
import { signupPage } from './registration/form.ts'
import { requireOffered, requireOpen, signUp } from './registration/signup.ts'
import { secure } from './registration/secure.ts'
import { decideTerms } from './steps/terms.ts'
import { staleness } from './attempt/stale.ts'
import { chooseUsername, resend, sendFirst, verifyCode } from './registration/verify.ts'
import { takeWork, workPage } from './steps/work.ts'
import { confirmLink, showLink } from './registration/verify-link.ts'

/** The steps at which methods are offered. */
const OFFERING = ['prove', 'identify', 'register'] as const

export function signInRouters(services: SignInServices): Router[] {
  return [
    attemptRoutes(services),
    linkRoutes(services),
    resetRoutes(services),
    recoveryLinkRoutes(services),
    linkApiRoutes(services),
    inviteRoutes(services),
    languageRoutes(services),
    notMeRoutes(services),
  ]
}

function attemptRoutes(services: SignInServices): Router {
  const router = new Router({ prefix: '/signin/:uid', sensitive: true })
  type Handler = (ctx: PageContext) => Promise<void>
  const stale = staleness(services)
  const get = (path: string, handle: Handler) => router.get(path, ctx => stale(ctx as PageContext, handle))
  const post = (path: string, handle: Handler) => router.post(path, readBody, ctx => stale(ctx as PageContext, handle))

  get('/', page(services, showCurrent))
  get(
    '/identify',
    page(services, opened => showStep(services, opened.ctx, atIdentify(opened))),
  )
  post('/identify', submission(services, 'any', identify, showIdentifyAgain(services)))
  get('/prove/:method', page(services, showMethod))
  post('/prove/:method', submission(services, OFFERING, prove))
  post('/prove/:method/challenge', submission(services, OFFERING, challenge))
  get('/prove/:method/return', returned(services, OFFERING, proveReturned))
  get('/enrol/:method', page(services, showEnrolment))
  post('/enrol/:method', submission(services, ['enrol'], enrol))
  post('/skip', submission(services, ['enrol'], skipEnrolment))
  post('/work', submission(services, 'any', takeWork))
  post('/switch', submission(services, 'any', switchPerson))
  post('/select', submission(services, ['select'], selectAccount))

  get('/recover', page(services, afterWork('recover', showAsk)))
  post('/recover', submission(services, 'any', ask, showAsk))
  get('/recover/names', page(services, afterWork('recover/names', showNames)))
  post('/recover/names', submission(services, 'any', sendNames, showNames))
  post('/recover/code', submission(services, ['recover'], takeResetCode))

  get('/lost', page(services, showLost))
  post('/lost', submission(services, ['prove'], beginLost, showLost))
  post('/lost/remove', submission(services, ['prove'], removeLost, showLost))

  const showForm = page(
    services,
    afterWork('signup', opened => showSignup(services, opened)),
  )
  const takeForm = submission(services, 'any', signUp, (opened, refill) => showSignup(services, opened, refill))
  get('/signup', ctx => (requireOpen(services), showForm(ctx)))
  post('/signup', ctx => (requireOpen(services), takeForm(ctx)))
  post('/verify', submission(services, ['verify-email'], verifyCode))
  post('/resend', submission(services, ['verify-email'], resend))
  post('/secure', submission(services, ['secure'], secure))
  post('/password', submission(services, ['change-password'], choosePassword))
  post('/username', submission(services, ['choose-username'], chooseUsername))
  get('/verify/:link', showLink(services))
  post(
    '/verify/:link',
    confirmLink(services, opened => change => goOn(opened, change)),
  )

  post('/terms', submission(services, ['accept-terms'], decideTerms))
  post('/complete', submission(services, ['complete'], complete))
  post('/come-back', submission(services, ['come-back'], comeBack))
  post('/consent', submission(services, ['consent'], decideConsent))
  post('/cancel', submission(services, 'any', cancel))
  return router
}

/** A page that can be opened at any step, once the browser has worked where it has to. */
function afterWork(name: string, show: (opened: Page) => void | Promise<void>) {
  return async (opened: Page): Promise<void> => {
    const { services, ctx, attempt, asksWork } = opened
    if (!asksWork || attempt.worked?.paid || attempt.invitation) return show(opened)
    const { view, locals, script } = await workPage(services, attempt, name)
    showPage(services, ctx, opened, view, { errors: {}, ...locals }, { script })
  }
}

async function showCurrent(opened: Page): Promise<void> {
  const { step, attempt, account } = opened
  if (await takePass(opened)) return
  if (await takeInvitation(opened)) return
  // Until the person has said who they are.
  if (attempt.request.screen && !attempt.selected)
    return goTo(opened.ctx, `/signin/${attempt.id}/${attempt.request.screen}`)
  // The link of the last mail was opened here: what is asked for is what they have lost.
  if (step.kind === 'prove' && step.role === 'second' && (await holdsFinishLink(opened)))
    return goTo(opened.ctx, `/signin/${attempt.id}/lost`)
  if (step.kind === 'verify-email' && account && !attempt.verificationId) await sendFirst(opened)
  await answerStep(opened)
}

function showIdentifyAgain(services: SignInServices) {
  return (opened: Page, refill: Refill) => showStep(services, opened.ctx, atIdentify(opened), refill)
}

/** The first page, wherever the attempt is: somebody else wants to sign in. */
function atIdentify(opened: Page): Page {
  return opened.step.kind === 'identify' ? opened : { ...opened, step: { kind: 'identify', methods: [] } }
}

async function showSignup(
  services: SignInServices,
  opened: Page,
  { values = {}, errors = {}, status }: Refill = {},
): Promise<void> {
  requireOffered(opened)
  const { view, locals = {}, script } = await signupPage(services, opened, values, errors)
  showPage(services, opened.ctx, opened, view, locals, { status, script })
}

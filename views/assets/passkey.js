// Passkeys in the browser. A page says by data attributes what it wants; what comes of a ceremony is sent by an ordinary
// form, so that whatever the server says to it is an ordinary page.
//
//   form[data-passkey=get|create]  its button begins a ceremony, with data-options, or what data-challenge answers;
//                                  data-says is what to say of its outcome, in the language of the page
//   form[data-autofill]            the browser offers passkeys in the name's field too
//   form[data-quietly]             a passkey is made without asking, where the browser does that after a password
//   [data-signal]                  something for the browser's list of passkeys to know
//   [data-passkeys]                shown only where the browser has passkeys; [data-no-passkeys] only where it has none
//   input[data-able]               tells the server whether this browser could keep a passkey
//   [data-unknown]                 the passkey that was just used is known here no more
const supported = typeof globalThis.PublicKeyCredential === 'function'
const library = supported ? import('./webauthn.js').then(() => globalThis.SimpleWebAuthnBrowser) : undefined
// A challenge counts for 5 minutes, and a page may lie open for longer.
const RENEW_AFTER = 4 * 60 * 1000

for (const element of document.querySelectorAll('[data-passkeys]')) element.hidden = !supported
for (const element of document.querySelectorAll('[data-no-passkeys]')) element.hidden = supported

if (supported) {
  const autofilled = document.querySelector('form[data-autofill]')
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.addEventListener('submit', event => {
      if (form.elements.response.value) return
      event.preventDefault()
      void press(form).then(done => (done || !autofilled ? undefined : offer(autofilled)))
    })
  }
  for (const element of document.querySelectorAll('[data-signal]')) void signal(JSON.parse(element.dataset.signal))
  if (document.querySelector('[data-unknown]')) void signal(usedLast())
  void tellWhatItCan()
  // Back on the page as it was left: what it sent was for then.
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return
    for (const form of document.querySelectorAll('form[data-passkey]')) form.elements.response.value = ''
    if (autofilled) void offer(autofilled)
  })
  if (autofilled) void offer(autofilled)
  const quiet = document.querySelector('form[data-quietly]')
  if (quiet) void makeQuietly(quiet)
}

/** The ceremony of a button. Its outcome is a page, or a sentence beside the button. */
async function press(form) {
  const began = Date.now()
  say(form, '')
  form.setAttribute('aria-busy', 'true')
  try {
    const { startAuthentication, startRegistration } = await library
    const optionsJSON = await optionsOf(form)
    const begin = form.dataset.passkey === 'create' ? startRegistration : startAuthentication
    send(form, await begin({ optionsJSON }), optionsJSON.rpId)
    return true
  } catch (error) {
    say(form, inWords(error, JSON.parse(form.dataset.says), Date.now() - began))
    return false
  } finally {
    form.removeAttribute('aria-busy')
  }
}

/** Offers passkeys among what the browser fills in, for as long as the page is open. Silent when it cannot. */
async function offer(form) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return
  const { startAuthentication, WebAuthnAbortService } = await library
  for (;;) {
    const began = Date.now()
    let renewed = false
    const renewal = setTimeout(() => {
      renewed = true
      WebAuthnAbortService.cancelCeremony()
    }, RENEW_AFTER)
    try {
      const optionsJSON = await optionsOf(form)
      send(form, await startAuthentication({ optionsJSON, useBrowserAutofill: true }), optionsJSON.rpId)
      return
    } catch (error) {
      // Picked and then cancelled: it is offered again. What fails at once would fail for ever.
      const cancelled = nameOf(error) === 'NotAllowedError' && Date.now() - began > 1000
      if (!renewed && !cancelled) return
    } finally {
      clearTimeout(renewal)
    }
  }
}

/** Beside the password that was just used, where the browser does that; otherwise the page is there to ask. */
async function makeQuietly(form) {
  const can = await PublicKeyCredential.getClientCapabilities?.()
  if (!can?.conditionalCreate) return
  try {
    const { startRegistration } = await library
    const made = await startRegistration({ optionsJSON: await optionsOf(form), useAutoRegister: true })
    form.elements.quietly.value = 'yes'
    send(form, made)
  } catch {
    // Nobody asked for it, so nobody is told.
  }
}

async function optionsOf(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options)
  const response = await fetch(form.dataset.challenge, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams(),
  })
  // What is refused is a page that says why; the one that is open has been left behind.
  if (!response.ok) throw Object.assign(new Error('refused'), { outOfDate: true })
  return response.json()
}

function send(form, response, rpID) {
  sessionStorage.setItem('passkey', JSON.stringify({ rpID, credentialID: response.id }))
  form.elements.response.value = JSON.stringify(response)
  form.requestSubmit()
}

/** The passkey that the page before this one was sent. */
function usedLast() {
  return { signalName: 'unknownCredential', ...JSON.parse(sessionStorage.getItem('passkey') ?? '{}') }
}

async function signal(wanted) {
  try {
    const { sendSignal } = await library
    await sendSignal(wanted)
  } catch {
    // A browser without signals keeps its list as it is.
  }
}

async function tellWhatItCan() {
  const inputs = document.querySelectorAll('input[data-able]')
  if (inputs.length === 0) return
  const own = await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable()
  for (const input of inputs) input.value = own ? 'passkey' : ''
}

function say(form, text) {
  const line = form.querySelector('[data-said]')
  line.hidden = text === ''
  line.querySelector('span').textContent = text
}

/** Browsers tell little on purpose: who cancels, who takes too long and who has no passkey look alike. */
function inWords(error, says, took) {
  if (error.outOfDate) return says.outOfDate
  switch (nameOf(error)) {
    case 'AbortError':
      return ''
    case 'NotAllowedError':
      return took > RENEW_AFTER ? says.tooLong : says.cancelled
    case 'InvalidStateError':
      return says.exists
    case 'ConstraintError':
      return says.unable
    case 'NotSupportedError':
      return says.unknownKind
    case 'SecurityError':
      return says.address
    case 'TypeError':
      return says.unreachable
    default:
      return says.failed
  }
}

function nameOf(error) {
  return error.cause?.name ?? error.name
}

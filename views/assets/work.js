// Works for a moment, so that whoever tries a million passwords has to work for days; then sends what came of it.
const form = document.querySelector('form[data-work]')

async function work() {
  const [{ solveChallenge }, { deriveKey }] = await Promise.all([
    import('./altcha/pow.js'),
    import('./altcha/algorithms/web/pbkdf2.js'),
  ])
  const challenge = JSON.parse(form.dataset.work)
  const solution = await solveChallenge({ challenge, deriveKey })
  if (!solution) throw new Error('no solution in time')
  form.elements.work.value = btoa(JSON.stringify({ challenge, solution }))
  form.requestSubmit()
}

document.querySelector('[data-working]').hidden = false
document.querySelector('[data-unable]').hidden = true
work().catch(() => {
  document.querySelector('[data-working]').hidden = true
  document.querySelector('[data-unable]').hidden = false
})
// Come back to by the back button, the page would stand still.
addEventListener('pageshow', event => event.persisted && location.reload())

// How hard a new password is to guess, said in words beside its field while it is typed. It is measured in this browser, on
// a thread of its own, and sent nowhere; what the server says to it stands above this.
//
//   [data-strength]  the meter, with data-least (characters) and its words: data-short, data-weak, data-fair, data-good
//
// Within a function of its own: it stands beside passkey.js on one page, and scripts share their names.
;(() => {
  const meter = document.querySelector('[data-strength]')
  const field = document.getElementById('password')
  /** More of it makes no difference to the words, and measuring takes the longer. */
  const LONGEST = 100
  /** Milliseconds without a key: a reader of the screen is told of what was typed, and not of each letter. */
  const PAUSE = 300

  if (meter && field && typeof Worker === 'function') {
    let worker
    let timer
    const begin = () => {
      if (worker) return
      worker = new Worker('/assets/strength-worker.js')
      worker.addEventListener(
        'message',
        ({ data }) => data.password === field.value.slice(0, LONGEST) && show(data.score),
      )
      worker.addEventListener('error', () => (meter.hidden = true))
      measure()
    }
    const measure = () => {
      if (field.value === '') return hide()
      if (isShort(field.value)) return say('short')
      worker.postMessage({ password: field.value.slice(0, LONGEST), own: ownWords() })
    }
    field.addEventListener('focus', begin)
    field.addEventListener('input', () => {
      begin()
      clearTimeout(timer)
      timer = setTimeout(measure, PAUSE)
    })
    if (document.activeElement === field) begin()
  }

  function isShort(text) {
    return [...text.normalize('NFKC')].length < Number(meter.dataset.least)
  }

  /** By zxcvbn's five steps: the first three are guessed by 10^8 tries, the fourth by 10^10. */
  function show(score) {
    say(score < 3 ? 'weak' : score < 4 ? 'fair' : 'good')
  }

  function say(level) {
    meter.hidden = false
    meter.dataset.level = level
    const words = meter.querySelector('[role=status]')
    if (words.textContent !== meter.dataset[level]) words.textContent = meter.dataset[level]
  }

  function hide() {
    meter.hidden = true
    meter.querySelector('[role=status]').textContent = ''
  }

  /** What else stands on the page about the person: a password that is made of it is worth less. */
  function ownWords() {
    const inputs = [...document.querySelectorAll('input[type=text], input[type=email]')]
    // It is plain text itself while it is shown.
    const texts = inputs.filter(input => input !== field).map(({ value }) => value)
    return texts.flatMap(text => [text, ...text.split(/[@.\s]+/)]).filter(text => text.length > 2)
  }
})()

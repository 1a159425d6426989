// The button within a password field that shows what is typed. Without a script there would be nothing behind it.
//
//   [data-reveal]  the button; aria-controls names its field, aria-pressed says whether it is shown
for (const button of document.querySelectorAll('[data-reveal]')) {
  const field = document.getElementById(button.getAttribute('aria-controls'))
  const reveal = isShown => {
    if (isShown === (field.type === 'text')) return
    // The place of the caret is lost with the type.
    const [start, end] = [field.selectionStart, field.selectionEnd]
    field.type = isShown ? 'text' : 'password'
    field.setSelectionRange(start, end)
    button.setAttribute('aria-pressed', String(isShown))
  }
  button.hidden = false
  // Pressed with a mouse or a finger, it leaves the focus in the field.
  button.addEventListener('mousedown', event => event.preventDefault())
  button.addEventListener('click', () => reveal(field.type === 'password'))
  // Browsers remember what was typed into a field of plain text; a page that is come back to hides it again.
  field.form.addEventListener('submit', () => reveal(false))
  window.addEventListener('pageshow', () => reveal(false))
}

// Loaded before `npm start`'s program. npm hands a SIGTERM to the shell that it started us in, and that shell ends without
// passing it on: the server would go on alone and hold its port. When our parent is gone, we take the signal ourselves.
const parent = process.ppid

const watch = setInterval(() => {
  if (process.ppid === parent) return
  clearInterval(watch)
  process.kill(process.pid, 'SIGTERM')
}, 300)
watch.unref()

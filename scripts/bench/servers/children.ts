import type { ChildProcess } from 'node:child_process'

const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** Ends the child with this process, however that ends. @returns resolves when it has ended by itself */
export function endWithUs(child: ChildProcess): Promise<void> {
  children.add(child)
  return new Promise(resolve => {
    child.once('exit', () => {
      children.delete(child)
      resolve()
    })
  })
}

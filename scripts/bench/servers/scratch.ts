// Folders that are gone when the benchmark ends, however it ends.
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders = new Set<string>()
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

export interface Scratch {
  folder: string
  remove(): Promise<void>
}

export async function makeScratch(): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'))
  folders.add(folder)
  return {
    folder,
    async remove() {
      await rm(folder, { recursive: true, force: true })
      folders.delete(folder)
    },
  }
}

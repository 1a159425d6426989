// How busy the machine was with what is not ours while something was measured: figures are only as good as that is small.
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { figure } from './report/figures.ts'
import { readUsage, TICKS } from './servers/usage.ts'

/** Above this share of the machine, figures are to be taken again. */
const NOISY = 0.05

/** @returns what says, at the end, in words how busy the machine was; undefined where it is not known */
export function watchNoise(): () => string | undefined {
  const start = performance.now()
  const before = readOthers()
  return () => {
    const used = readOthers() - before
    const share = used / ((performance.now() - start) / 1000) / cpus().length
    return Number.isFinite(share) ? noiseWords(Math.max(0, share)) : undefined
  }
}

export function noiseWords(share: number): string {
  const words = `Other processes took ${figure(Math.round(share * 1000) / 10)}% of the machine meanwhile.`
  return share > NOISY ? `${words} That is noise: measure again when it is quiet.` : words
}

/** CPU that went to others since the machine started, other machines on the same hardware included. Seconds. */
function readOthers(): number {
  try {
    const [user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
      .slice('cpu '.length, 400)
      .trim()
      .split(/\s+/)
      .map(Number)
    const busy = (user! + nice! + system! + irq! + softirq! + steal!) / TICKS
    const all = readUsage(process.pid)
    return busy - all.cpu - all.endedChildren
  } catch {
    return Number.NaN
  }
}

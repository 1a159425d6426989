import type { Job } from './job.ts'

/** Tells apps of sign-outs that another process began, or that they did not hear of. */
export function sendLogoutsJob(send: () => Promise<{ told: number; failed: number }>): Job {
  return {
    name: 'send-logouts',
    about: 'tells apps of sign-outs (back-channel logout)',
    every: 5,
    async run() {
      const { told, failed } = await send()
      return `${told} apps told, ${failed} not reached`
    },
  }
}

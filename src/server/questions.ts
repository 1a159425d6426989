import type { Answer, Question } from './messages.ts'

/** A worker that does not answer by then is left out. Milliseconds. */
const PATIENCE = 4000

export type Questions = ReturnType<typeof createQuestions>

/** The questions to one worker that wait for their answers. @param send false when the worker is gone */
export function createQuestions(send: (question: Question) => boolean) {
  const waiting = new Map<number, (answer: Answer | undefined) => void>()
  let last = 0

  return {
    /** Undefined when it did not answer. */
    ask(path: string): Promise<Answer | undefined> {
      const id = ++last
      return new Promise(resolve => {
        const end = (answer: Answer | undefined) => {
          clearTimeout(timer)
          waiting.delete(id)
          resolve(answer)
        }
        const timer = setTimeout(end, PATIENCE, undefined)
        waiting.set(id, end)
        if (!send({ id, path })) end(undefined)
      })
    },
    answered: (answer: Answer): void => waiting.get(answer.id)?.(answer),
    /** The worker has ended. */
    close(): void {
      for (const end of waiting.values()) end(undefined)
    },
  }
}

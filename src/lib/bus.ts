// What processes tell each other at once. Nothing depends on being told: whoever listens also looks for itself from time
// to time, so a message that is lost costs seconds.

/** A JSON value; undefined when messages may have been missed, and the listener had better look for itself. */
export type Listener = (message: unknown) => void

export interface Bus {
  /** Tells the listeners of this process now, and those of others as soon as they can be reached; never throws. */
  publish(topic: string, message: unknown): void
  /** @returns what ends the subscription */
  subscribe(topic: string, listener: Listener): () => void
  /** Sends what is under way, and ends. */
  close(): Promise<void>
}

/** Within one process, and the part that every bus has of its own process. */
export function createLocalBus(): Bus {
  const listeners = new Map<string, Set<Listener>>()
  return {
    publish(topic, message) {
      for (const listener of listeners.get(topic) ?? []) listener(message)
    },
    subscribe(topic, listener) {
      const all = listeners.get(topic) ?? new Set()
      listeners.set(topic, all.add(listener))
      return () => void all.delete(listener)
    },
    close: () => Promise.resolve(),
  }
}

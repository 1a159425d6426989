import type { Management } from './answers.ts'
import type { ManagementSource } from './port.ts'

/** For the management port of the one server of this process. */
export function ownSource({ health, exposition }: Management): ManagementSource {
  return {
    async metrics() {
      const { contentType, text } = await exposition()
      return { contentType, text: await text() }
    },
    health: async path => health.get(path)?.(),
  }
}

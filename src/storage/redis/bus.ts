// Messages between processes by Redis' publish and subscribe: to whoever listens at that moment, and kept for nobody.
import { createLocalBus, type Bus } from '../../lib/bus.ts'
import { newId } from '../../lib/ids.ts'
import { addressOf, connect } from './connect.ts'

/** @throws CannotOpen */
export async function openRedisBus(url: string): Promise<Bus> {
  const address = addressOf(url)
  const speaker = await connect(address)
  // A connection that listens can do nothing else.
  const listener = await connect(address).catch((error: unknown) => {
    speaker.disconnect()
    throw error
  })
  const local = createLocalBus()
  const me = newId()
  const channelOf = (topic: string) => `${address.prefix}:bus:${topic}`
  const topics = new Map<string, string>()
  // While Redis is away there is nothing to hear; what follows its return makes up for it.
  const follow = (...channels: string[]) => listener.subscribe(...channels).catch(() => undefined)

  listener.on('message', (channel: string, text: string) => {
    const { from, message } = JSON.parse(text) as { from: string; message?: unknown }
    if (from !== me) local.publish(topics.get(channel)!, message)
  })
  listener.on('ready', () => {
    if (topics.size > 0)
      void follow(...topics.keys()).then(() => topics.forEach(topic => local.publish(topic, undefined)))
  })

  return {
    publish(topic, message) {
      local.publish(topic, message)
      speaker.publish(channelOf(topic), JSON.stringify({ from: me, message })).catch(() => undefined)
    },
    subscribe(topic, hear) {
      const channel = channelOf(topic)
      if (!topics.has(channel)) {
        topics.set(channel, topic)
        void follow(channel)
      }
      return local.subscribe(topic, hear)
    },
    async close() {
      // It answers behind what was published.
      await speaker.quit().catch(() => undefined)
      for (const client of [speaker, listener]) client.disconnect()
    },
  }
}

import { connect, createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'

/** A way to a server that a test can cut, hold up and restore, while the server itself goes on serving others. */
export interface Proxy {
  port: number
  /** Nobody answers any more: connections break, and new ones are refused. */
  cut(): Promise<void>
  /** Connections stay and new ones are taken, but nothing gets through. */
  stall(): void
  restore(): Promise<void>
  close(): Promise<void>
}

export async function startProxy(host: string, targetPort: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let stalled = false
  const server = createServer(near => {
    const far = connect(targetPort, host)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.on('data', data => {
        if (!stalled) to.write(data)
      })
    }
  })
  const port = await listen(server, 0)

  async function cut(): Promise<void> {
    for (const socket of sockets) socket.destroy()
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  return {
    port,
    cut,
    stall: () => void (stalled = true),
    async restore() {
      // What was swallowed cannot be made up for: whoever waits for it has to connect anew.
      if (stalled) for (const socket of sockets) socket.destroy()
      stalled = false
      if (!server.listening) await listen(server, port)
    },
    close: cut,
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}

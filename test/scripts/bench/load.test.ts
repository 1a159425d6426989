import { expect } from 'chai'
import { createServer, type RequestListener } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { endOfAnswer } from '../../../scripts/bench/load/connection.ts'
import { expectAnswer, get } from '../../../scripts/bench/load/http.ts'
import { runPaced } from '../../../scripts/bench/load/paced.ts'
import { closeLines, openLines, runLoad, type Line } from '../../../scripts/bench/load/run.ts'

describe('benchmark: load client', () => {
  it('finds where an answer ends', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 2'
    expect(endOfAnswer(head)).to.equal(undefined)
    expect(endOfAnswer(`${head}\r\n\r\nh`)).to.equal(undefined)
    expect(endOfAnswer(`${head}\r\n\r\nhi`)).to.deep.equal({ head: head.length, all: head.length + 6 })
    expect(endOfAnswer('HTTP/1.1 304 Not Modified\r\n\r\n')).to.deep.equal({ head: 25, all: 29 })
    expect(endOfAnswer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')).to.equal(
      'an answer without a Content-Length',
    )
  })

  it('counts the operations that the server saw, and no wrong answer among them', async () => {
    let seen = 0
    await against(
      (_request, response) => response.end(`{"number":${(seen += 1)}}`),
      async lines => {
        const load = await runLoad(lines, 0.05)
        expect(load.errors).to.deep.equal([])
        expect(load.times.length).to.equal(seen).and.be.greaterThan(1)
      },
    )
  })

  it('counts wrong answers, and not as operations', async () => {
    await against(
      (_request, response) => {
        response.statusCode = 500
        response.end('broken')
      },
      async lines => {
        const load = await runLoad(lines, 0.05)
        expect(load.times.length).to.equal(0)
        expect(load.errors[0]).to.match(/expected 200 .*got 500 .*broken/)
      },
    )
  })

  it('begins as many operations as the pace asks for, however slow the server is', async () => {
    let seen = 0
    await against(
      (_request, response) => void setTimeout(() => response.end(`{"number":${(seen += 1)}}`), 5),
      async lines => {
        const load = await runPaced(lines, 400, 0.1)
        expect(load.times.length).to.equal(40)
        expect(seen).to.equal(40)
      },
    )
  })
})

/** Two lines to a server that answers so. */
async function against(listener: RequestListener, use: (lines: Line[]) => Promise<void>): Promise<void> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const operation = function* () {
    expectAnswer(yield get(origin, '/'), 200, '"number":')
  }
  const lines = await openLines(origin, [operation, operation])
  try {
    await use(lines)
  } finally {
    closeLines(lines)
    server.close()
  }
}

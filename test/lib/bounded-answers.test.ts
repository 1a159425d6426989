import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { AnswerTooLarge, withBoundedAnswers } from '../../src/lib/bounded-answers.ts'

describe('answers of bounded size', () => {
  let server: Server
  let origin: string
  /** How much of an endless answer was taken from its sender. */
  let ended: Promise<unknown>

  before(async () => {
    server = createServer((request, response) => {
      const [, kind, size] = request.url!.split('/')
      const body = 'a'.repeat(Number(size))
      if (kind === 'packed') response.setHeader('content-encoding', 'gzip').end(gzipSync(body))
      else if (kind === 'none') response.writeHead(204).end()
      else if (kind === 'endless') {
        ended = once(response, 'close')
        const more = (): void => void response.write(body, () => response.destroyed || more())
        more()
      } else response.writeHead(418, { 'x-kept': 'yes' }).end(body)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => server.close())

  const call = (path: string) => withBoundedAnswers(fetch, 1000)(`${origin}/${path}`)
  const refusal = (path: string) =>
    call(path).then(
      () => expect.fail('it was read'),
      (error: unknown) => error,
    )

  it('pass as they are, with their status and headers, up to the bound', async () => {
    const response = await call('plain/1000')
    expect([response.status, response.headers.get('x-kept')]).to.deep.equal([418, 'yes'])
    expect(await response.text()).to.have.length(1000)
    expect(await (await call('packed/1000')).text()).to.have.length(1000)
    expect((await call('none/0')).status).to.equal(204)
  })

  it('are refused beyond it, packed ones too', async () => {
    for (const path of ['plain/1001', 'packed/1001', 'packed/1000000'])
      expect(await refusal(path)).to.be.instanceOf(AnswerTooLarge)
  })

  it('are not read to their end', async () => {
    expect(await refusal('endless/100')).to.be.instanceOf(AnswerTooLarge)
    await ended
  })
})

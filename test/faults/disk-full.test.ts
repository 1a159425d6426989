// A disk that takes nothing more: the limit on a process's files stands for it, which can be taken off again.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'chai'
import type { Child } from '../support/child.ts'
import { authorize, introspect, refresh, userinfo } from '../support/endpoints.ts'
import { attemptOf, authorization, codeOf, redeem, signIn } from '../support/flow.ts'
import { PASSWORD } from '../support/server.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'
import { openStage, type Stage } from './stage.ts'

const run = promisify(execFile)

describe('a disk that is full', () => {
  let stage: Stage
  let child: Child

  before(async function () {
    const hasTool = await run('prlimit', ['--version']).then(
      () => true,
      () => false,
    )
    if (!hasTool) {
      process.stdout.write('SKIPPED, the test of a full disk, for want of prlimit (util-linux)\n')
      return this.skip()
    }
    stage = await openStage()
    child = await stage.launch()
  })
  after(() => stage?.close())

  const prlimit = (...rest: string[]) => run('prlimit', ['--pid', String(child.process.pid), ...rest])
  /** Bytes that a file may have; what is longer already can still be read. */
  const limitFiles = (size: string) => prlimit(`--fsize=${size}:`)
  async function limitOfFiles(): Promise<string> {
    return (await prlimit('--fsize', '--output=SOFT', '--noheadings', '--raw')).stdout.trim()
  }

  it('answers 503 to what would be written, and nothing is half done; with room, all goes on without a restart', async () => {
    const { email } = await stage.server.person()
    const held = await authorize(child, stage.client)
    const signedIn = await signIn(held.visitor, held.page, email)
    const { body: tokens } = await redeem(child, stage.client, codeOf(signedIn), held.codeVerifier)
    const { visitor, page, codeVerifier } = await authorize(child, stage.client)
    await visitor.submit(page, '/identify', { identifier: email })
    const roomBefore = await limitOfFiles()
    await limitFiles('0')

    for (const path of ['/healthz', '/.well-known/openid-configuration', '/jwks'])
      expect((await fetch(child.issuer + path)).status, path).to.equal(200)
    expect((await userinfo(child, tokens.access_token)).status, 'what is only read').to.equal(200)
    expect((await introspect(child, stage.client, tokens.access_token)).body.active).to.equal(true)
    for (let tries = 0; tries < 3; tries += 1) {
      const refused = await refresh(child, stage.client, tokens.refresh_token)
      expect(refused.status).to.equal(503)
      expect(refused.headers.get('retry-after')).to.match(/^\d+$/)
    }
    const pages = [
      await visitor.send('POST', `${attemptOf(page)}/prove/password`, { password: PASSWORD }),
      await new Visitor(child.issuer).send('GET', authorization(child, stage.client).url),
    ]
    for (const answer of pages) {
      expect(answer.status, answer.url).to.equal(503)
      expect(answer.headers.get('retry-after'), answer.url).to.match(/^\d+$/)
      const html = await answer.text()
      expect(html).to.not.match(/\n\s+at |sqlite/i)
      expect(wordsOf({ html })).to.include('Not available right now').and.to.include('Try again')
    }

    await limitFiles(roomBefore)
    const renewed = await refresh(child, stage.client, tokens.refresh_token)
    expect(renewed.status, 'the token that was not used up').to.equal(200)
    const end = await visitor.post(`${attemptOf(page)}/prove/password`, { password: PASSWORD })
    const code = codeOf(end)
    expect((await redeem(child, stage.client, code, codeVerifier)).status).to.equal(200)
    expect((await redeem(child, stage.client, code, codeVerifier)).status).to.equal(400)
  })
})

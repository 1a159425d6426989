import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'

const SRC = join(import.meta.dirname, '../../../src/lib')

/** What a process prints that sends one mail. */
async function printed(mail: string, env: string, logLevel: string): Promise<string> {
  const script = `
    import { createMailer } from ${JSON.stringify(join(SRC, 'mail/create.ts'))}
    import { createLog } from ${JSON.stringify(join(SRC, 'log.ts'))}
    const config = { env: '${env}', mail: ${JSON.stringify(mail)}, mailFrom: 'no-reply@example.com' }
    await createMailer(config, createLog({ logLevel: '${logLevel}' })).send({
      to: 'ada@example.com', subject: 'Your code', text: 'Hello A\\u001b[2Jda\\u009b\\u202e,\\nyour code: 123456', html: '<p>x</p>' })`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  return stdout
}

describe('mail on the console', () => {
  const folder = `file:${join(import.meta.dirname, '../../../node_modules/.cache/latchkey-mail-test')}`

  it('is printed, without what a terminal would act upon', async () => {
    const shown = await printed('console:', 'staging', 'silent')
    expect(shown).to.equal('\nmail to ada@example.com: Your code\n  | Hello A[2Jda,\n  | your code: 123456\n\n')
  })

  it('is printed in development when it is kept as a file, and not said twice', async () => {
    const shown = await printed(folder, 'development', 'info')
    expect(shown).to.include('  | your code: 123456').and.not.include('"message"')
    expect(await printed(folder, 'staging', 'info')).to.match(/^\{.*"message":"mail kept as a file"\}$/m)
  })

  it('is not printed elsewhere, nor where the log is quiet', async () => {
    expect(await printed(folder, 'staging', 'info')).not.to.include('123456')
    expect(await printed(folder, 'development', 'error')).to.equal('')
  })
})

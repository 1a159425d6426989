import { expect } from 'chai'
import { authorize } from '../../support/endpoints.ts'
import { eachEngine } from '../../support/engines.ts'
import { attemptOf } from '../../support/flow.ts'
import { PASSWORD } from '../../support/server.ts'
import { wordsOf } from '../../support/visitor.ts'
import { atSignIn } from '../factors/at-sign-in.ts'

describe('a forgotten username', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)

    async function ask(email: string) {
      const { visitor, page } = await authorize(at.server, at.client)
      const form = await visitor.open(`${attemptOf(page)}/recover/names`)
      return visitor.submit(form, '/recover/names', { email })
    }

    it('is mailed to the address of the account, with the address itself', async () => {
      const { email } = await at.server.person({ username: 'anna.of.the.sea' })
      expect(wordsOf(await ask(email.toUpperCase()))).to.include('if there is an account with the address')
      const { text } = await at.server.mailTo(email)
      expect(text).to.include('anna.of.the.sea').and.include(email)
    })

    it('is said alike for nobody, and mailed to nobody', async () => {
      const page = await ask('nobody.at.all@example.com')
      expect(wordsOf(page)).to.include('if there is an account with the address nobody.at.all@example.com')
      await at.server.app.postbox.settled()
      expect(at.server.mailbox.to('nobody.at.all@example.com')).to.have.length(0)
    })

    it('says what is wrong with what was typed, and keeps it', async () => {
      for (const email of ['', 'anna', 'anna@', 'anna@exa mple.com']) {
        const refused = await ask(email)
        expect(refused.status).to.equal(400)
        expect(wordsOf(refused)).to.include('Enter an email address in full')
        if (email) expect(refused.html).to.include(`value="${email}"`)
      }
    })

    it('is mailed five times in 15 minutes, then 429 with the time to wait', async () => {
      const { email } = await at.server.person()
      const statuses: number[] = []
      for (let times = 0; times < 6; times += 1) statuses.push((await ask(email)).status)
      expect(statuses).to.deep.equal([200, 200, 200, 200, 200, 429])
      expect(Number((await ask(email)).headers.get('retry-after'))).to.be.within(1, 900)
    })
  })
})

describe('a locked account', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)

    it('is told until when, and what can be done, in the same words for nobody', async () => {
      for (const name of [(await at.server.person()).email, 'nobody.at.all@example.com']) {
        const { visitor, page } = await authorize(at.server, at.client)
        const asked = await visitor.submit(page, '/identify', { identifier: name })
        let locked = asked
        for (let times = 0; times < 6; times += 1)
          locked = await visitor.submit(asked, '/prove/password', { password: times < 5 ? 'wrong' : PASSWORD })
        expect(locked.status).to.equal(429)
        expect(wordsOf(locked)).to.match(/closed until .* UTC , after several wrong answers/)
        expect(wordsOf(locked)).to.include('Email me a code')
        expect(locked.html).to.match(/href="\/signin\/[\w-]+\/recover">choose a new password/)
      }
    })
  })
})

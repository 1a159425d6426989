import { expect } from 'chai'
import { canSignIn, crowd, emailOf, openStage, register, type Stage } from './stage.ts'

const PEOPLE = 500
/** After so many acknowledged registrations the process is killed, whatever it is doing. */
const KILLS = [90, 230, 380]

describe('a process that is killed (SIGKILL) during 500 registrations', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage.close())

  it('has lost no account that it acknowledged, and left none that cannot be signed in to', async function () {
    this.timeout(600_000)
    let child = await stage.launch()
    let acknowledged = 0
    let restarted = Promise.resolve()
    async function restart(): Promise<void> {
      await child.ended
      child = await stage.launch()
    }
    const people = Array.from({ length: PEOPLE }, (_, person) => person)
    const done = await crowd(people, 12, async person => {
      await restarted
      const made = await register(stage, child, person)
      if (made) acknowledged += 1
      if (made && KILLS.includes(acknowledged)) {
        child.process.kill('SIGKILL')
        restarted = restart()
      }
      return made
    })
    await restarted

    const made = people.filter(person => done[person])
    expect(made.length).to.be.within(PEOPLE - KILLS.length * 12, PEOPLE)
    const { accounts } = stage.server.app
    const there = await Promise.all(people.map(person => accounts.byIdentifier(emailOf(person))))
    expect(made.filter(person => !there[person])).to.deep.equal([])

    const existing = people.filter(person => there[person])
    const signedIn = await crowd(existing, 12, person => canSignIn(stage, child.issuer, person))
    expect(existing.filter((_, place) => !signedIn[place])).to.deep.equal([])
    expect((await child.stop()).code).to.equal(0)
  })
})

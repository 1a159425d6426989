import { expect } from 'chai'
import { createCloner } from '../../../scripts/bench/sessions/clone.ts'

const SESSION = 'wr0ot_V3PxSbZ2jLjSMcpIG4GP2LU9vXF8t_AAWK-zA'
const DEVICE = '7p5laVRIhS9DNJ0irxXLNwmiUge_7C-v-yYxtcfpY_w'
const AUDIT = '01a20e849ab00000562e2d219a33'

const left = [
  { collection: 'sessions', document: { id: SESSION, accountId: 'ada', kind: 'authorization_code' } },
  { collection: 'devices', document: { id: `${DEVICE}:ada`, session: SESSION } },
  { collection: 'audit', document: { id: AUDIT, device: `${DEVICE}:ada` } },
  { collection: 'counters', document: { id: 'password.global:all', count: 1 } },
]

type Ids = { id: string; session: string; device: string }

describe('benchmark: clones of what a sign-in left', () => {
  it('have other ids that fit each other, and are the same otherwise', () => {
    const clones = createCloner(left, ['ada'])(new Map([['ada', 'ben']]))
    const [session, device, audit] = clones.map(({ document }) => document) as unknown as [Ids, Ids, Ids]
    expect(session.id).to.have.length(SESSION.length).and.not.equal(SESSION)
    expect(session).to.include({ accountId: 'ben', kind: 'authorization_code' })
    expect(device.session).to.equal(session.id)
    expect(device.id).to.match(/^[\w-]{43}:ben$/)
    expect(audit.device).to.equal(device.id)
    expect(audit.id.slice(0, 12)).to.equal(AUDIT.slice(0, 12))
    expect(audit.id).to.have.length(28).and.not.equal(AUDIT)
  })

  it('leave out what belongs to no sign-in alone', () => {
    expect(createCloner(left, ['ada'])().map(({ collection }) => collection)).to.not.include('counters')
  })

  it('take the ids that are asked for', () => {
    const clone = createCloner(left, ['ada'])
    expect(clone(new Map([[SESSION, 'mine']]))[0]!.document.id).to.equal('mine')
    expect(clone()[0]!.document.id).to.not.equal(clone()[0]!.document.id)
  })
})

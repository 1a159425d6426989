import { expect } from 'chai'
import { Refused } from '../../src/lib/errors.ts'

describe('Refused', () => {
  it('is a 400 unless said otherwise, with a public hint and a private cause', () => {
    const cause = new Error('row 7 of table x')
    const refused = new Refused('email.taken', { hint: 'Choose another address.', field: 'email', cause })
    expect(refused)
      .to.be.instanceOf(Error)
      .and.include({ name: 'Refused', code: 'email.taken', status: 400, field: 'email', cause })
    expect(refused.hint).not.to.include('row 7')
    expect(refused.message).to.equal('email.taken: Choose another address.')
  })

  it('carries a status and when to come back', () => {
    expect(new Refused('busy', { status: 503, hint: 'Later.', retryAfter: 2 })).to.include({
      status: 503,
      retryAfter: 2,
    })
  })
})

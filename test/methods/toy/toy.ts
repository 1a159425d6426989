// A method from outside of the program: a question that every account of the tests answers alike.
import { Refused } from '../../../src/lib/errors.ts'
import { proofBy, type Method } from '../../../src/methods/method.ts'
import { countTry } from '../../../src/methods/tries.ts'

export const toy: Method = {
  id: 'toy',
  words: () => ({ name: 'Riddle', use: 'Answer the riddle', about: 'A riddle that only you can answer.' }),
  factors: ['knowledge'],
  amr: ['kba'],
  resistsPhishing: false,
  roles: { first: true, second: false, identifies: false },
  standing: (_account, own) => ({ enrolled: own.length > 0, first: own.length > 0, second: false, protects: false }),
  // A folder would bring a view of its own; this borrows one.
  page: () => Promise.resolve({ view: 'methods/recovery-codes/prove' }),
  async verify(services, attempted) {
    const { succeeded } = await countTry(services, 'toy', attempted)
    const own = await services.credentials.get(`toy:${attempted.account?.id}`)
    if (!own || own.data.answer !== attempted.form.code)
      throw new Refused('toy.mismatch', { field: 'code', hint: 'That is not the answer.' })
    await succeeded()
    return { proof: proofBy(toy) }
  },
  describe: own => own.map(({ id, createdAt }) => ({ credentialId: id, name: 'Riddle', createdAt })),
}

import { onlyCredentialId } from '../../core/credentials.ts'
import type { Proof } from '../../core/signin/proof.ts'
import { Refused } from '../../lib/errors.ts'
import { proofBy, type Method, type MethodServices } from '../method.ts'
import { passwordDataSchema, storedHash, type PasswordData } from './data.ts'
import { noteChangeDue } from './due.ts'
import { confirmPassword, enrolPage } from './enrol.ts'
import { REVEAL_SCRIPT } from './meter.ts'
import { WrongAnswer } from '../tries.ts'
import { countPasswordTry } from './limits.ts'
import { MAX_LENGTH } from './shape.ts'

export const password: Method = {
  id: 'password',
  words: t => ({
    name: t('methods:password.name'),
    use: t('methods:password.use'),
    about: t('methods:password.about'),
    again: t('methods:password.again'),
  }),
  factors: ['knowledge'],
  amr: ['pwd'],
  resistsPhishing: false,
  roles: { first: true, second: false, identifies: false },

  standing(_account, own) {
    const enrolled = own.length > 0
    return { enrolled, first: enrolled, second: false, protects: false }
  },

  page: () => Promise.resolve({ view: 'methods/password/prove', script: REVEAL_SCRIPT }),

  async verify(services, attempted) {
    const typed = attempted.form.password ?? ''
    if (typed === '') throw new Refused('password.missing', { field: 'password' })
    const { failures, succeeded, notMade } = await countPasswordTry(services, attempted)

    const { credentials, hasher, sealer } = services
    // Looked for in any case, so that the time does not tell who has an account.
    const credential = await credentials.get(onlyCredentialId('password', attempted.account?.id ?? 'nobody'))
    const data = credential && passwordDataSchema.parse(credential.data)
    const stored = data && (await storedHash(sealer, data))
    // Nobody's password and one that is too long to be anybody's take the same time as a wrong one.
    const matches = await hasher
      .verify(typed.length > MAX_LENGTH * 4 ? undefined : stored, typed.slice(0, MAX_LENGTH * 4))
      .catch(async (error: unknown) => {
        // Too busy to look at it: whoever tries again shortly is not to be locked out for that.
        await notMade()
        throw error
      })
    if (!matches || !attempted.account) {
      throw new WrongAnswer(failures, 'password.mismatch', {
        field: 'password',
      })
    }

    if (stored && hasher.isOutdated(stored)) await renewHash(services, credential.id, data, typed)
    if (credential) await noteChangeDue(services, attempted.account, credential)
    return { proof: passwordProof(Date.now()), done: succeeded }
  },

  enrol: { page: enrolPage, confirm: confirmPassword },

  describe: (own, t) =>
    own.map(({ id, updatedAt, usedAt }) => ({
      credentialId: id,
      name: t('methods:password.name'),
      createdAt: updatedAt,
      ...(usedAt ? { usedAt } : {}),
    })),
}

/** The same password by today's parameters, unless it was changed meanwhile, or there is no time for it now. */
async function renewHash(
  { credentials, hasher }: MethodServices,
  credentialId: string,
  { hash: was, sealed: wasSealed }: PasswordData,
  text: string,
): Promise<void> {
  const hash = await hasher.hash(text).catch(unlessBusy)
  if (!hash) return
  await credentials.update(credentialId, known => {
    const { sealed, ...data } = known.data
    if (data.hash !== was || sealed !== wasSealed) return undefined
    return { ...known, data: { ...data, hash }, updatedAt: Date.now() }
  })
}

function unlessBusy(error: unknown): undefined {
  if (!(error instanceof Refused)) throw error
}

/** What a right password proves. `at` in epoch milliseconds. */
export function passwordProof(at: number): Proof {
  return proofBy(password, { at })
}

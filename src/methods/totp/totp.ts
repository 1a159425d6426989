// An authenticator app (RFC 6238).
import { z } from 'zod'
import { digitsOf } from '../../core/challenges.ts'
import { onlyCredentialId } from '../../core/credentials.ts'
import { Refused } from '../../lib/errors.ts'
import { proofBy, type Method } from '../method.ts'
import { typedCode } from '../sent-codes.ts'
import { countTry, WrongAnswer } from '../tries.ts'
import { confirmSecret, enrolPage } from './enrol.ts'
import { stepOf } from './secret.ts'

/** `lastStep` is the time step of the last code that was used. */
const dataSchema = z.object({ sealed: z.string(), lastStep: z.number() })

export const totp: Method = {
  id: 'totp',
  words: t => ({
    name: t('methods:totp.name'),
    use: t('methods:totp.use'),
    about: t('methods:totp.about'),
    again: t('methods:totp.again'),
  }),
  factors: ['possession'],
  amr: ['otp'],
  resistsPhishing: false,
  limited: true,
  roles: { first: false, second: true, identifies: false },

  standing(_account, own) {
    const enrolled = own.length > 0
    return { enrolled, first: false, second: enrolled, protects: enrolled }
  },

  page: () => Promise.resolve({ view: 'methods/totp/prove' }),

  async verify(services, attempted) {
    const code = digitsOf(typedCode(attempted.form))
    const { failures, succeeded } = await countTry(services, 'totp', attempted)
    const { credentials, sealer } = services
    const credential = await credentials.get(onlyCredentialId('totp', attempted.account?.id ?? 'nobody'))
    if (!credential) throw mismatch(failures)

    const now = Date.now()
    const step = stepOf(await sealer.unseal(dataSchema.parse(credential.data).sealed), code, now)
    if (step === undefined) throw mismatch(failures)
    // Burned with its time step: read over a shoulder or caught by a false page, it is worth nothing any more.
    const burned = await credentials.update(credential.id, known => {
      const data = dataSchema.parse(known.data)
      return data.lastStep >= step ? undefined : { ...known, data: { ...data, lastStep: step }, usedAt: now }
    })
    if (!burned) {
      throw new Refused('totp.replayed', { field: 'code' })
    }
    return { proof: proofBy(totp), done: succeeded }
  },

  enrol: {
    page: enrolPage,
    async confirm(services, who, form) {
      const credential = await confirmSecret(services, who, form)
      return { kind: 'enrolled', credential, replaces: true, proof: proofBy(totp) }
    },
  },

  describe: (own, t) =>
    own.map(({ id, createdAt, usedAt }) => ({
      credentialId: id,
      name: t('methods:totp.name'),
      createdAt,
      ...(usedAt ? { usedAt } : {}),
    })),
}

function mismatch(failures: number): Refused {
  return new WrongAnswer(failures, 'totp.mismatch', { field: 'code' })
}

// Codes on paper, for when everything else is lost. Each works once, in the place of a second factor.
import { z } from 'zod'
import { onlyCredentialId, type Credential } from '../../core/credentials.ts'
import { Refused } from '../../lib/errors.ts'
import { proofBy, type Enrolling, type Method, type MethodServices } from '../method.ts'
import { keepSealed, readSealed } from '../sealed-challenge.ts'
import { enrolBound } from '../sent-codes.ts'
import { countTry, WrongAnswer } from '../tries.ts'
import { hashOf, newRecoveryCodes } from './codes.ts'

const ID = 'recovery-codes'
const FEW = 3
/** Long enough to find a printer. Seconds. */
const LASTS = 30 * 60

/** The hashes of the codes that are left. */
const dataSchema = z.object({ left: z.array(z.string()), made: z.number() })

export const recoveryCodes: Method = {
  id: ID,
  words: t => ({
    name: t('methods:recoveryCodes.name'),
    use: t('methods:recoveryCodes.use'),
    about: t('methods:recoveryCodes.about'),
    again: t('methods:recoveryCodes.again'),
  }),
  factors: ['possession'],
  amr: ['otp'],
  resistsPhishing: false,
  limited: true,
  roles: { first: false, second: true, identifies: false, backup: true },

  standing(_account, own) {
    const enrolled = own.length > 0
    const second = own.some(one => leftOf(one) > 0)
    return { enrolled, first: false, second, protects: false, few: own.some(one => leftOf(one) <= FEW) }
  },

  page: () => Promise.resolve({ view: 'methods/recovery-codes/prove' }),

  async verify(services, attempted) {
    const typed = (attempted.form.code ?? '').trim()
    if (typed === '') throw new Refused('code.missing', { field: 'code', says: 'recovery.missing' })
    const { failures, succeeded } = await countTry(services, ID, attempted)
    const accountId = attempted.account?.id ?? 'nobody'
    const hash = hashOf(accountId, typed)
    const used = await services.credentials.update(onlyCredentialId(ID, accountId), known => {
      const data = dataSchema.parse(known.data)
      const left = data.left.filter(one => one !== hash)
      return left.length < data.left.length ? { ...known, data: { ...data, left }, usedAt: Date.now() } : undefined
    })
    if (!used) {
      throw new WrongAnswer(failures, 'recovery.mismatch', { field: 'code' })
    }
    return { proof: proofBy(recoveryCodes), done: succeeded }
  },

  enrol: {
    async page(services, who) {
      const codes = (await pendingCodes(services, who)) ?? (await beginCodes(services, who))
      const { name } = services.config
      const { t } = who.language
      const head = t('methods:recoveryCodes.fileHead', { email: who.account.email, brand: name })
      const text = [head, t('methods:recoveryCodes.fileOnce'), '', ...codes, ''].join('\r\n')
      return {
        view: 'methods/recovery-codes/enrol',
        locals: { codes, file: `data:text/plain;charset=utf-8,${encodeURIComponent(text)}` },
        script: 'print.js',
      }
    },
    async confirm(services, who, form) {
      if (form.saved === undefined) {
        throw new Refused('recovery.unsaved', { field: 'saved' })
      }
      const codes = await pendingCodes(services, who)
      if (!codes || !(await services.challenges.take(enrolBound(ID, who)))) {
        throw new Refused('recovery.expired')
      }
      const { id: accountId } = who.account
      const now = Date.now()
      const data = { left: codes.map(code => hashOf(accountId, code)), made: codes.length }
      const id = onlyCredentialId(ID, accountId)
      return { kind: 'enrolled', credential: { id, accountId, method: ID, data, createdAt: now, updatedAt: now } }
    },
  },

  describe: (own, t) =>
    own.map(one => ({
      credentialId: one.id,
      name: t('methods:recoveryCodes.name'),
      detail: t('methods:recoveryCodes.left', { count: leftOf(one), made: dataSchema.parse(one.data).made }),
      createdAt: one.createdAt,
      ...(one.usedAt ? { usedAt: one.usedAt } : {}),
      ...(leftOf(one) <= FEW ? { warning: t('methods:recoveryCodes.few') } : {}),
    })),
}

function leftOf({ data }: Credential): number {
  return dataSchema.parse(data).left.length
}

/** Those that are shown until they are confirmed, the same ones each time: what was printed is what counts. */
async function pendingCodes(services: MethodServices, who: Enrolling): Promise<string[] | undefined> {
  return (await readSealed(services, enrolBound(ID, who)))?.text.split(' ')
}

async function beginCodes(services: MethodServices, who: Enrolling): Promise<string[]> {
  const codes = newRecoveryCodes()
  await keepSealed(services, enrolBound(ID, who), codes.join(' '), LASTS)
  return codes
}

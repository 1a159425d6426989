// A code by text message: it proves that the person has the phone of that number, or whoever has taken the number over.
// Only ever asked for after another proof: otherwise anybody could make us send messages to anybody.
import { z } from 'zod'
import { onlyCredentialId, type Credential } from '../../core/credentials.ts'
import { maskPhone } from '../../lib/phone.ts'
import { languageOfAccount } from '../../core/accounts/language.ts'
import { proofBy, type Asked, type Method, type MethodServices } from '../method.ts'
import { boundTo, makeCode, takeCode } from '../sent-codes.ts'
import { confirmNumber, enrolPage } from './enrol.ts'
import { countsOfText } from './limits.ts'
import { postCode } from './message.ts'

export const SMS_CODE = 'sms-code'

const dataSchema = z.object({ number: z.string() })

export const smsCode: Method = {
  id: SMS_CODE,
  words: t => ({
    name: t('methods:smsCode.name'),
    use: t('methods:smsCode.use'),
    about: t('methods:smsCode.about'),
    again: t('methods:smsCode.again'),
  }),
  factors: ['possession'],
  amr: ['sms'],
  resistsPhishing: false,
  limited: true,
  roles: { first: false, second: true, identifies: false },

  standing(_account, own) {
    const enrolled = own.length > 0
    return { enrolled, first: false, second: enrolled, protects: enrolled }
  },

  async page(services, asked) {
    const [number, begun] = await Promise.all([
      numberOf(services, asked),
      services.challenges.begun(boundTo(SMS_CODE, asked)),
    ])
    return { view: 'methods/sms-code/prove', locals: { sent: begun?.times ?? 0, to: maskPhone(number ?? '') } }
  },

  async challenge(services, attempted) {
    const { account, address } = attempted
    const number = await numberOf(services, attempted)
    const counts = account && number ? countsOfText({ to: number, accountId: account.id, address }) : []
    const code = await makeCode(services, SMS_CODE, attempted, { reachable: number !== undefined, counts })
    const language = languageOfAccount(account, attempted.language)
    await postCode(services, { name: SMS_CODE, account, language, to: number, code })
    return { kind: 'asked' }
  },

  async verify(services, attempted) {
    await takeCode(services, SMS_CODE, attempted)
    const id = onlyCredentialId(SMS_CODE, attempted.account!.id)
    await services.credentials.update(id, known => ({ ...known, usedAt: Date.now() }))
    return { proof: proofBy(smsCode) }
  },

  enrol: {
    page: enrolPage,
    async confirm(services, who, form) {
      const number = await confirmNumber(services, who, form)
      if (!number) return { kind: 'more' }
      const now = Date.now()
      const { id: accountId } = who.account
      const id = onlyCredentialId(SMS_CODE, accountId)
      const credential = { id, accountId, method: SMS_CODE, data: { number }, createdAt: now, updatedAt: now }
      return { kind: 'enrolled', credential, replaces: true, proof: proofBy(smsCode), phone: number }
    },
  },

  describe: own =>
    own.map(one => ({
      credentialId: one.id,
      name: maskPhone(numberIn(one)),
      createdAt: one.createdAt,
      ...(one.usedAt ? { usedAt: one.usedAt } : {}),
    })),
}

async function numberOf({ credentials }: MethodServices, { account }: Asked): Promise<string | undefined> {
  const credential = await credentials.get(onlyCredentialId(SMS_CODE, account?.id ?? 'nobody'))
  return credential && numberIn(credential)
}

function numberIn({ data }: Credential): string {
  return dataSchema.parse(data).number
}

// Setting up an authenticator app: a secret is shown until a code shows that the app has it; only then it counts.
import { digitsOf } from '../../core/challenges.ts'
import { onlyCredentialId, type Credential } from '../../core/credentials.ts'
import { Refused } from '../../lib/errors.ts'
import type { Enrolling, MethodServices, Shown } from '../method.ts'
import { keepSealed, readSealed } from '../sealed-challenge.ts'
import { enrolBound, typedCode } from '../sent-codes.ts'
import { qrPath } from './qr.ts'
import { inGroups, newTotpSecret, stepOf, totpAddress } from './secret.ts'

/** Installing an app takes longer than reading a code. Seconds. */
const LASTS = 30 * 60

export async function enrolPage(services: MethodServices, who: Enrolling): Promise<Shown> {
  const { config } = services
  const secret = (await readSealed(services, enrolBound('totp', who)))?.text ?? (await beginSecret(services, who))
  const address = totpAddress(secret, config.name, who.account.email)
  return {
    view: 'methods/totp/enrol',
    locals: { qr: await qrPath(address), address, key: inGroups(secret) },
  }
}

async function beginSecret(services: MethodServices, who: Enrolling): Promise<string> {
  const secret = newTotpSecret()
  await keepSealed(services, enrolBound('totp', who), secret, LASTS)
  return secret
}

/** @throws Refused `code.missing`, `totp.mismatch`, `totp.expired` */
export async function confirmSecret(
  services: MethodServices,
  who: Enrolling,
  form: Record<string, string>,
): Promise<Credential> {
  const code = digitsOf(typedCode(form))
  const bound = enrolBound('totp', who)
  const pending = await readSealed(services, bound)
  if (!pending) throw expired()
  const lastStep = stepOf(pending.text, code, Date.now())
  if (lastStep === undefined) {
    throw new Refused('totp.mismatch', { field: 'code', says: 'totp.mismatch_first' })
  }
  if (!(await services.challenges.take(bound))) throw expired()
  const now = Date.now()
  const { id: accountId } = who.account
  const id = onlyCredentialId('totp', accountId)
  const data = { sealed: pending.sealed, lastStep }
  return { id, accountId, method: 'totp', data, createdAt: now, updatedAt: now }
}

function expired(): Refused {
  return new Refused('totp.expired')
}

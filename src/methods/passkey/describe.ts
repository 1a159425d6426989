import type { Credential } from '../../core/credentials.ts'
import type { Translate } from '../../lib/languages/language.ts'
import type { Described } from '../method.ts'
import { namePasskey } from './authenticators.ts'
import { canBegin, readPasskey } from './data.ts'

/** A passkey in the words of a list: by its owner's name for it, else by what made it. */
export function describePasskey({ id, label, data, createdAt, usedAt }: Credential, t: Translate): Described {
  const key = readPasskey(data)
  const made = namePasskey(key, t)
  const place = t(canBegin(key) ? whereItIs(key) : 'methods:passkey.secondOnly')
  return {
    credentialId: id,
    name: label ?? made,
    detail: label && label !== made ? `${made} · ${place}` : place,
    createdAt,
    ...(usedAt ? { usedAt } : {}),
  }
}

function whereItIs({ backupEligible, backedUp }: { backupEligible: boolean; backedUp: boolean }): string {
  if (!backupEligible) return 'methods:passkey.oneDevice'
  return backedUp ? 'methods:passkey.synced' : 'methods:passkey.notSynced'
}

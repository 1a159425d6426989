import type { Credential } from '../../core/credentials.ts'
import type { Described } from '../method.ts'
import { namePasskey } from './authenticators.ts'
import { canBegin, readPasskey } from './data.ts'

/** A passkey in the words of a list: by its owner's name for it, else by what made it. */
export function describePasskey({ id, label, data, createdAt, usedAt }: Credential): Described {
  const key = readPasskey(data)
  const made = namePasskey(key)
  const place = canBegin(key) ? whereItIs(key) : 'Second step only'
  return {
    credentialId: id,
    name: label ?? made,
    detail: label && label !== made ? `${made} · ${place}` : place,
    createdAt,
    ...(usedAt ? { usedAt } : {}),
  }
}

function whereItIs({ backupEligible, backedUp }: { backupEligible: boolean; backedUp: boolean }): string {
  if (!backupEligible) return 'On one device only'
  return backedUp ? 'Synced to your other devices' : 'Not synced yet'
}

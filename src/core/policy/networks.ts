// From where policy lets people sign in. Two blocks of addresses lie within each other or apart, so that what is in two
// lists is a list again, and so is what is in either.
import { createProxyTrust as membership, normalizeAddress } from '../../lib/network.ts'

export type AllowedNetworks = 'all' | string[]

/** What is in both. */
export function inBothNetworks(one: AllowedNetworks, other: AllowedNetworks): AllowedNetworks {
  if (one === 'all') return other
  if (other === 'all') return one
  const both = [...one.filter(block => liesIn(block, other)), ...other.filter(block => liesIn(block, one))]
  return unlessNew([...new Set(both)], one, other)
}

/** What is in either. */
export function inEitherNetworks(one: string[], other: string[]): string[] {
  return unlessNew([...new Set([...one, ...other])], one, other)
}

export interface NetworkPolicy {
  allowedNetworks: AllowedNetworks
  deniedNetworks: string[]
}

/** Whether somebody at this address may sign in. */
export function mayComeFrom({ allowedNetworks, deniedNetworks }: NetworkPolicy, address: string): boolean {
  if (deniedNetworks.length > 0 && isIn(address, deniedNetworks)) return false
  return allowedNetworks === 'all' || isIn(address, allowedNetworks)
}

function isIn(address: string, blocks: readonly string[]): boolean {
  return normalizeAddress(address) !== undefined && membership(blocks)(address)
}

function liesIn(block: string, blocks: readonly string[]): boolean {
  const { address, bits } = partsOf(block)
  return membership(blocks.filter(each => partsOf(each).bits <= bits))(address)
}

function partsOf(block: string): { address: string; bits: number } {
  const [address = '', bits] = block.split('/')
  return { address, bits: bits === undefined ? (address.includes(':') ? 128 : 32) : Number(bits) }
}

/** One of the two where it is the same as what came out, so that it is known whose word it is. */
function unlessNew(found: string[], one: string[], other: string[]): string[] {
  return [one, other].find(list => list.length === found.length && list.every(block => found.includes(block))) ?? found
}

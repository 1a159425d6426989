// SignIn: our record beside the provider's session, under the session's uid. It keeps what the library's session cannot:
// the proofs with their times, the device, where it came from, and how it ended.
import { z } from 'zod'
import type { Declaration, Page, PageRequest, Store } from '../../storage/port.ts'
import { proofSchema, type Proof } from '../signin/proof.ts'
import { shortenSome } from '../traces.ts'

/** Why a session ended. `expired` is found by the job that removes it. */
export const END_REASONS = [
  'signed_out',
  'other_account',
  'account_disabled',
  'account_closed',
  'address_restored',
  'password_changed',
  'factor_removed',
  'recovered',
  'revoked',
  'disputed',
  'jumped',
  'expired',
] as const
export type EndReason = (typeof END_REASONS)[number]

const signInSchema = z.object({
  /** The provider's session's uid. */
  id: z.string(),
  accountId: z.string(),
  proofs: z.array(proofSchema),
  /** The apps that were reached by this session. */
  clientIds: z.array(z.string()),
  deviceId: z.string().optional(),
  address: z.string(),
  userAgent: z.string(),
  /** By the address, where it is known. */
  country: z.string().optional(),
  /** Since when both have been kept in full; absent once they are shortened. Epoch milliseconds. */
  inFullSince: z.number().optional(),
  remembered: z.boolean(),
  /** Whether the account had signed in on the device before, with nothing of its second factor passed by. */
  deviceKnown: z.literal(true).optional(),
  /** Whether the device was confirmed for the account, and so in its network, when the account signed in. */
  deviceConfirmed: z.enum(['device', 'network']).optional(),
  /** When the second factor was last proven on the device, where the device spared the person that. */
  secondFactorAt: z.number().optional(),
  /** Since when it waits for its person to be proven anew, as it showed up elsewhere: its proofs are gone. */
  jumpedAt: z.number().optional(),
  /** Epoch milliseconds, as all times here. */
  createdAt: z.number(),
  /** Written at most once a minute. */
  lastSeenAt: z.number(),
  /** When the provider's session will have expired if it is not used again: the provider enforces it. */
  endsAt: z.number(),
  endedAt: z.number().optional(),
  endReason: z.enum(END_REASONS).optional(),
})

export type SignIn = z.infer<typeof signInSchema>

// No expiry of its own: the end of a sign-in is an event, so a job has to see it.
export const signInDeclaration: Declaration<SignIn> = {
  name: 'signIns',
  schema: signInSchema,
  indexes: [{ fields: ['accountId', 'createdAt'] }, { fields: ['endsAt'] }, { fields: ['inFullSince'] }],
  shared: true,
}

const SEEN_EVERY = 60_000

export type SignIns = ReturnType<typeof createSignIns>

export function createSignIns(store: Store) {
  const signIns = store.collection(signInDeclaration)
  return {
    get: (uid: string): Promise<SignIn | undefined> => signIns.get(uid),

    /**
     * Makes the record of a session, or adds the newer proofs of a step-up by the same account to it.
     * @param begunAt when the attempt began: what it has taken over from a session counts while the session has it
     */
    record: (wanted: SignIn, begunAt: number): Promise<SignIn | undefined> =>
      signIns.upsert(wanted.id, known =>
        known?.accountId === wanted.accountId ? raised(known, wanted, begunAt) : wanted,
      ),

    /**
     * It showed up elsewhere: what was proven in it counts no longer. Of parallel callers, one does it.
     * @param isMeant looks at it as it is then
     */
    unprove: (uid: string, isMeant: (known: SignIn) => boolean): Promise<SignIn | undefined> =>
      signIns.update(uid, known => (known.endedAt || known.jumpedAt || !isMeant(known) ? undefined : unproven(known))),

    /** Notes that the session was used for an app; writes only what a minute or a new app has changed. */
    async seen(signIn: SignIn, clientId: string, endsAt: number): Promise<void> {
      const now = Date.now()
      if (now - signIn.lastSeenAt < SEEN_EVERY && signIn.clientIds.includes(clientId)) return
      await signIns.update(signIn.id, known =>
        known.endedAt
          ? undefined
          : { ...known, lastSeenAt: now, endsAt, clientIds: [...new Set([...known.clientIds, clientId])] },
      )
    },

    /** Of parallel callers, one ends it. */
    end: (uid: string, endReason: EndReason): Promise<SignIn | undefined> =>
      signIns.update(uid, known => (known.endedAt ? undefined : { ...known, endedAt: Date.now(), endReason })),

    ofAccount: (accountId: string, page: PageRequest): Promise<Page<SignIn>> => signIns.list({ accountId }, page),
    /** Those whose time was over before `now`, ended or not. */
    over: (now: number, limit: number): Promise<Page<SignIn>> => signIns.list({ endsAt: { lt: now } }, { limit }),
    /** Shortens some of those that were kept in full since `before` (epoch milliseconds). @returns how many were found */
    shorten: (before: number, limit: number): Promise<number> => shortenSome(signIns, before, limit),
    remove: (uid: string): Promise<boolean> => signIns.remove(uid),
    /** The session turned out to live on. */
    extend: (uid: string, endsAt: number) => signIns.update(uid, known => ({ ...known, endsAt })),
  }
}

/** What a session still knows of the device that it began on. */
export function deviceOf({ deviceKnown, deviceConfirmed: confirmed, secondFactorAt }: SignIn) {
  const declined: string[] = []
  return {
    known: deviceKnown === true,
    declined,
    ...(confirmed ? { confirmed } : {}),
    ...(secondFactorAt ? { secondFactorAt } : {}),
  }
}

/** Where it is at home. */
const PLACE: readonly string[] = ['address', 'country', 'deviceId', 'inFullSince', 'userAgent']

function raised(known: SignIn, wanted: SignIn, begunAt: number): SignIn {
  const held = (proof: Proof) => known.proofs.some(({ method, at }) => method === proof.method && at === proof.at)
  const proofs = wanted.proofs.filter(proof => proof.at >= begunAt || held(proof))
  return {
    ...(known.jumpedAt !== undefined && proofs.length > 0 ? movedTo(wanted, known) : known),
    proofs: latestProofs([...known.proofs, ...proofs]),
    clientIds: [...new Set([...known.clientIds, ...wanted.clientIds])],
    remembered: known.remembered || wanted.remembered,
    ...(wanted.deviceKnown ? { deviceKnown: true } : {}),
    ...(wanted.deviceConfirmed ? { deviceConfirmed: wanted.deviceConfirmed } : {}),
    ...(wanted.secondFactorAt ? { secondFactorAt: wanted.secondFactorAt } : {}),
    lastSeenAt: wanted.lastSeenAt,
    endsAt: wanted.endsAt,
  }
}

/** Proven anew, it is at home where that was. */
function movedTo(wanted: SignIn, { jumpedAt: _over, ...base }: SignIn): SignIn {
  const part = (signIn: SignIn, ofPlace: boolean) =>
    Object.entries(signIn).filter(([name]) => PLACE.includes(name) === ofPlace)
  return Object.fromEntries([...part(base, false), ...part(wanted, true)]) as SignIn
}

function unproven(known: SignIn): SignIn {
  const { deviceKnown: _known, deviceConfirmed: _confirmed, secondFactorAt: _at, ...rest } = known
  return { ...rest, proofs: [], jumpedAt: Date.now() }
}

function latestProofs(proofs: Proof[]): Proof[] {
  const latest = new Map<string, Proof>()
  for (const proof of proofs) {
    const known = latest.get(proof.method)
    if (!known || known.at <= proof.at) latest.set(proof.method, proof)
  }
  return [...latest.values()]
}

// Links that prove something to whoever opens them: mailed to a person who asked, or made by an administrator. Each is for
// one purpose, counts for a while and so many times, and keeps a record of what became of it.
import { z } from 'zod'
import { newId, newSecret, sha256 } from '../../lib/ids.ts'
import { createProxyTrust } from '../../lib/network.ts'
import { Refused } from '../../lib/errors.ts'
import type { Declaration, Page, PageRequest, Store } from '../../storage/port.ts'
import { canSignIn, type Account } from '../accounts/account.ts'
import { momentSchema, NOWHERE, type Place } from './place.ts'

/** A link of one purpose is nothing for another. */
export const ACCOUNT_PURPOSES = ['sign-in', 'verify', 'reset'] as const
export type AccountPurpose = (typeof ACCOUNT_PURPOSES)[number]

/** What links are made for. One to invite is kept as an invitation (invitations.ts): there is no account yet. */
export const LINK_PURPOSES = [...ACCOUNT_PURPOSES, 'invite'] as const
export type LinkPurpose = (typeof LINK_PURPOSES)[number]

/** With those that nobody can ask for: they are mailed while a recovery waits (recoveries/tell.ts). */
const KEPT_PURPOSES = [...ACCOUNT_PURPOSES, 'stop-recovery', 'finish-recovery'] as const
export type KeptPurpose = (typeof KEPT_PURPOSES)[number]

const linkSchema = z.object({
  id: z.string(),
  purpose: z.enum(KEPT_PURPOSES),
  /** SHA-256 of the token. */
  tokenHash: z.string().optional(),
  /** Nobody was sent the token, because there is nobody; it is forgotten, so that nothing can ever match. */
  toNobody: z.literal(true).optional(),
  /** Of an account; else what stands for nobody's name. */
  accountId: z.string().optional(),
  /** The address that the account had: a link does not outlast it. */
  email: z.string().optional(),
  /** The app that it leads to: of a link that begins a new attempt. */
  clientId: z.string().optional(),
  /** The attempt in which it was asked for; absent for a link that begins a new one. */
  attemptId: z.string().optional(),
  /** The only network (CIDR) that it may be used from. */
  network: z.string().optional(),
  maxUses: z.number(),
  uses: z.number(),
  /** How often it was asked for, the last time included: each time there is a new token, and the old one is nothing. */
  sent: z.number(),
  /** `person`, `command line`, `client ID`, or an admin's id. */
  createdBy: z.string(),
  /** From where it was asked for. Times are epoch milliseconds. */
  created: momentSchema,
  /** The last time, and how often: by mail scanners too. */
  opened: momentSchema.optional(),
  timesOpened: z.number(),
  used: momentSchema.optional(),
  endsAt: z.number(),
  /** It is kept a while longer, so that its page can say what became of it. */
  expiresAt: z.number(),
})

export type Link = z.infer<typeof linkSchema>

export const linkDeclaration: Declaration<Link> = {
  name: 'links',
  schema: linkSchema,
  indexes: [{ fields: ['tokenHash'], unique: true }, { fields: ['accountId', 'endsAt'] }],
  expires: 'expiresAt',
}

/** What a link has to be to count here. */
export interface WantedLink {
  purpose: KeptPurpose
  attemptId: string | undefined
  account: Account | undefined
  address: string
}

/** What a link is made of that nobody has asked for in a sign-in. */
export interface WantedToMake {
  purpose: KeptPurpose
  account: Account
  clientId: string
  /** Seconds. */
  lasts: number
  maxUses: number
  /** The only network (CIDR) that it may be used from. */
  network?: string | undefined
  createdBy: string
  /** From where it is made; the command line is nowhere. */
  from?: Place
  /** 1 for one that is mailed. */
  sent?: number
}

const KEPT = 24 * 60 * 60 * 1000

export type Links = ReturnType<typeof createLinks>

/** What a person asks for. */
interface AskedLink {
  purpose: KeptPurpose
  /** The account's id, or what stands for nobody's name. */
  whose: string
  account: Account | undefined
  /** Whether it is sent to somebody: otherwise the same is kept, but that nothing opens it. */
  reachable: boolean
  from: Place
  clientId?: string
  /** Seconds. */
  lasts: number
}

/** @param ttl seconds that a link works for unless it is said otherwise */
export function createLinks(store: Store, { ttl }: { ttl: number }) {
  const links = store.collection(linkDeclaration)
  const idOfAsked = (attemptId: string) => `asked:${attemptId}`
  const idOfReset = (whose: string) => `reset:${whose}`

  /** In the place of the one before it. @returns the token, for the mail alone */
  async function replace(
    id: string,
    attemptId: string,
    { whose, account, reachable, from, lasts, ...wanted }: AskedLink,
  ): Promise<string> {
    const token = newSecret()
    const link = { ...begun(lasts), ...wanted, id, attemptId, maxUses: 1, createdBy: 'person' } as const
    const created = { at: madeAt(account), ...from }
    await links.upsert(id, known => ({
      ...link,
      accountId: whose,
      ...(account ? { email: account.email } : {}),
      // As long a write for nobody, in as many places.
      tokenHash: sha256(reachable ? token : newSecret()),
      ...(reachable ? {} : { toNobody: true as const }),
      created,
      sent: (known?.accountId === whose ? known.sent : 0) + 1,
    }))
    return token
  }

  async function find(token: string): Promise<Link | undefined> {
    const link = await links.first({ tokenHash: sha256(token) })
    return link && link.expiresAt > Date.now() ? link : undefined
  }

  return {
    /** A link to sign in, asked for in an attempt: one for each. @returns the token, for the mail alone */
    ask: (attemptId: string, wanted: Pick<AskedLink, 'whose' | 'account' | 'reachable' | 'from'>): Promise<string> =>
      replace(idOfAsked(attemptId), attemptId, { ...wanted, purpose: 'sign-in', lasts: ttl }),

    /**
     * A link to get back in: one for each account, in whichever attempt it is asked for.
     * @returns the token, for the mail alone
     */
    askReset: (attemptId: string, wanted: Omit<AskedLink, 'purpose'>): Promise<string> =>
      replace(idOfReset(wanted.whose), attemptId, { ...wanted, purpose: 'reset' }),

    /**
     * Another token for the account's link, in the place of the one that was mailed: for who proved the same by a code.
     * @throws Refused `link.…` for a link that counts no longer
     */
    async renewReset(wanted: WantedLink): Promise<string> {
      const id = idOfReset(wanted.account?.id ?? 'nobody')
      const token = newSecret()
      const renewed = await links.update(id, known =>
        whyNot(known, wanted) ? undefined : { ...known, tokenHash: sha256(token) },
      )
      if (renewed) return token
      throw whyNot(await links.get(id), wanted) ?? notThis()
    },

    /** The link that was asked for in an attempt: for the page that says so. */
    async asked(attemptId: string, whose: string): Promise<Link | undefined> {
      const link = await links.get(idOfAsked(attemptId))
      return link?.accountId === whose ? link : undefined
    },

    /**
     * A link that an administrator or an app makes; it begins something new. One to get back in takes the place of the one
     * before it, whoever that was made or asked for by. @returns the token, for its address
     */
    async make(wanted: WantedToMake): Promise<{ token: string; link: Link }> {
      const { account, lasts, network, from = NOWHERE, sent = 0, ...rest } = wanted
      const token = newSecret()
      const link: Link = {
        ...begun(lasts),
        ...rest,
        ...(network ? { network } : {}),
        id: rest.purpose === 'reset' ? idOfReset(account.id) : newId(),
        tokenHash: sha256(token),
        accountId: account.id,
        email: account.email,
        sent,
        created: { at: madeAt(account), ...from },
      }
      await links.upsert(link.id, () => link)
      return { token, link }
    },

    /** Those of an account that are still kept, whoever they were made or asked for by: what became of each. */
    ofAccount: (accountId: string, page: PageRequest): Promise<Page<Link>> => links.list({ accountId }, page),

    /** The link of a token, also when it counts no longer. Looking uses nothing up. */
    find,

    /** Notes that it was opened, be it by a mail scanner. */
    async noteOpened(token: string, from: Place): Promise<void> {
      const link = await find(token)
      if (!link) return
      const opened = { at: Date.now(), ...from }
      await links.update(link.id, known => ({ ...known, opened, timesOpened: known.timesOpened + 1 }))
    },

    /**
     * Uses it once: of parallel callers no more than `maxUses` ever do.
     * @throws Refused `link.…`
     */
    async use(token: string, wanted: WantedLink, from: Place): Promise<Link> {
      const tokenHash = sha256(token)
      const known = await find(token)
      const used = { at: Date.now(), ...from }
      const link =
        known &&
        (await links.update(known.id, current =>
          current.tokenHash === tokenHash && !whyNot(current, wanted)
            ? { ...current, uses: current.uses + 1, used }
            : undefined,
        ))
      if (link) return link
      throw whyNot(await find(token), wanted) ?? notThis()
    },
  }
}

/** What has become of a link, in a word. */
export function stateOf({ uses, maxUses, endsAt, toNobody }: Link): 'open' | 'used' | 'expired' | 'sent to nobody' {
  if (uses >= maxUses) return 'used'
  if (endsAt <= Date.now()) return 'expired'
  return toNobody ? 'sent to nobody' : 'open'
}

/** Why a link does not count here, in words for the person who opened it. Undefined when it does. */
export function whyNot(link: Link | undefined, wanted: WantedLink): Refused | undefined {
  const { purpose, attemptId, account, address } = wanted
  if (!link || link.purpose !== purpose || link.attemptId !== attemptId || !account || link.accountId !== account.id)
    return notThis()
  const refused = (code: string) => new Refused(code, { status: 410 })
  if (link.uses >= link.maxUses) return refused('link.used')
  if (link.endsAt <= Date.now()) return refused('link.expired')
  if (link.email !== account.email || !outlasts(link, account)) return refused('link.outdated')
  if (link.network && !createProxyTrust([link.network])(address))
    return new Refused('link.network', {
      status: 403,
    })
  return undefined
}

/** What is made after an account was reset counts at once, also where the clock is behind that of the process which did it. */
function madeAt(account: Account | undefined): number {
  return Math.max(Date.now(), (account?.validFrom ?? 0) * 1000)
}

/** Whoever has closed their account comes back by a new link, not by one from before. */
function outlasts({ created }: Link, account: Account): boolean {
  return canSignIn(account, Date.now()) && Math.floor(created.at / 1000) >= account.validFrom
}

function notThis(): Refused {
  return new Refused('link.unknown', { status: 404 })
}

function begun(lasts: number) {
  const endsAt = Date.now() + lasts * 1000
  return { uses: 0, timesOpened: 0, endsAt, expiresAt: endsAt + KEPT }
}

// Everything that can happen and is kept, with the shape of its details. Details never hold a secret.
import { z } from 'zod'
import { LINK_PURPOSES } from '../links/links.ts'
import { NOTICE_KINDS } from '../notices/kinds.ts'
import { JUMPS, SESSION_JUMP } from '../sessions/jumps.ts'
import { END_REASONS } from '../sessions/signins.ts'

const nothing = z.strictObject({})
/** `credential` is its id, `label` what its owner calls it. */
const factor = z.strictObject({ method: z.string(), credential: z.string(), label: z.string().optional() })

/** Of a browser; what is not known is absent. */
const place = z.strictObject({
  browser: z.string().optional(),
  system: z.string().optional(),
  country: z.string().optional(),
})

const by = z.enum(['person', 'admin'])

export const catalog = {
  'account.registered': z.strictObject({ by }),
  'account.verified': nothing,
  /** `change` is the id of the one that was left, in the account's `formerAddresses`, for as long as it can be undone. */
  'account.email_changed': z.strictObject({ change: z.string() }),
  'account.email_restored': z.strictObject({ change: z.string() }),
  'account.username_changed': nothing,
  /** What it had to have: the names of fields in a form. */
  'account.completed': z.strictObject({ given: z.array(z.string()) }),
  'terms.accepted': z.strictObject({ version: z.string() }),
  /** `invitation` is its id: the address belongs to somebody who may have no account. */
  'invitation.created': z.strictObject({
    invitation: z.string(),
    roles: z.array(z.string()),
    groups: z.array(z.string()).optional(),
    until: z.number(),
  }),
  'invitation.resent': z.strictObject({ invitation: z.string(), until: z.number() }),
  'invitation.revoked': z.strictObject({ invitation: z.string() }),
  'invitation.used': z.strictObject({ invitation: z.string() }),
  'role.assigned': z.strictObject({ role: z.string() }),
  'groups.changed': z.strictObject({ added: z.array(z.string()), removed: z.array(z.string()) }),
  'account.deactivated': z.strictObject({ by, reason: z.string().optional() }),
  'account.restored': z.strictObject({ by }),
  /** `at`: when it is purged. Epoch milliseconds. */
  'account.deletion_scheduled': z.strictObject({ by, at: z.number() }),
  'account.purged': nothing,
  /** `until`: when the lock would have ended, where there was one. Epoch milliseconds. */
  'account.unlocked': z.strictObject({ until: z.number().optional() }),
  /** What was counted against it is forgotten. */
  'network.unlocked': z.strictObject({ network: z.string() }),
  'account.signed_out': z.strictObject({ reason: z.enum(END_REASONS) }),
  'signin.succeeded': z.strictObject({
    acr: z.string(),
    amr: z.array(z.string()),
    methods: z.array(z.string()),
  }),
  'signin.failed': z.strictObject({ method: z.string(), reason: z.string() }),
  /** Several wrong answers in a row, which are not enough for a lock yet. */
  'signin.suspicious': z.strictObject({ method: z.string(), failures: z.number() }),
  /** `limit` names the rule that closed, `until` (epoch milliseconds) when it opens. */
  'signin.locked': z.strictObject({ method: z.string(), limit: z.string(), until: z.number() }),
  'password.changed': z.strictObject({ by: z.enum(['person', 'recovery', 'admin']) }),
  'password.change_demanded': nothing,
  'factor.enrolled': factor,
  /** `follows`: it went because something else did. */
  'factor.removed': factor.extend({ follows: z.literal(true).optional() }),
  /** A mail to get back in by; `failure` when there was nobody to send it to. */
  'recovery.asked': z.strictObject({ what: z.enum(['password', 'names']) }),
  /** By a new password or passkey; or of the second factor, by its removal. */
  'recovery.finished': z.strictObject({ method: z.string() }),
  /** Of the second factor: it waits until then. Epoch milliseconds. */
  'recovery.begun': z.strictObject({ until: z.number() }),
  'recovery.stopped': z.strictObject({ by: z.enum(['owner', 'sign-in', 'change']) }),
  'factor.renamed': z.strictObject({ method: z.string() }),
  'link.created': z.strictObject({ purpose: z.enum(LINK_PURPOSES), uses: z.number(), until: z.number() }),
  'link.used': z.strictObject({ purpose: z.enum(LINK_PURPOSES) }),
  /** For the second factor. */
  'device.remembered': z.strictObject({ until: z.number() }),
  /** A sign-in on a browser that had not been seen with the account; `country` where that is known. */
  'device.new': z.strictObject({ network: z.string(), country: z.string().optional() }),
  'device.forgotten': nothing,
  /** “This was not me”, by the link of a notice; `undone` is what was taken back beside the sessions. */
  'notice.disputed': z.strictObject({ notice: z.enum(NOTICE_KINDS), undone: z.array(z.string()) }),
  /** The account's address refuses mail for good. */
  'mail.bounced': z.strictObject({ mail: z.string() }),
  'sms.bounced': z.strictObject({ method: z.string() }),
  'session.created': nothing,
  /** It was used elsewhere than where it was proven; `answer` is what policy had done about it. */
  'session.jumped': z.strictObject({
    changed: z.array(z.enum(JUMPS)),
    answer: z.enum(SESSION_JUMP).exclude(['off']),
    from: place,
    to: place,
  }),
  'session.ended': z.strictObject({ reason: z.enum(END_REASONS) }),
  'session.expired': nothing,
  'signout.finished': z.strictObject({ from: z.enum(['app', 'browser', 'everywhere']) }),
  'consent.given': z.strictObject({ scopes: z.array(z.string()) }),
  'consent.refused': nothing,
  'token.issued': z.strictObject({ grantType: z.string() }),
  'token.revoked': z.strictObject({ by: z.enum(['client', 'admin']) }),
  'grant.revoked': z.strictObject({ reason: z.string() }),
  'client.created': nothing,
  'client.updated': z.strictObject({ fields: z.array(z.string()) }),
  'client.secret_rotated': nothing,
  'client.removed': nothing,
  /** From one network it got too much wrong: secrets, tokens that it introspects. `until` in epoch milliseconds. */
  'client.locked': z.strictObject({ limit: z.string(), until: z.number() }),
  /** What everyone together may have sent. `until`: when there is more. Epoch milliseconds. */
  'budget.spent': z.strictObject({ limit: z.string(), until: z.number() }),
  'policy.changed': z.strictObject({ scope: z.string() }),
  'secrets.rotated': z.strictObject({ fields: z.number() }),
  'keys.rotated': z.strictObject({ kids: z.array(z.string()) }),
} satisfies Record<string, z.ZodObject>

export type EventType = keyof typeof catalog
export type EventDetails<Type extends EventType> = z.infer<(typeof catalog)[Type]>

/** What machines do all day: counted, and kept as entries only where that is asked for. */
export function isHighRate(event: { type: EventType; details: unknown }): boolean {
  return (
    event.type === 'token.issued' && (event.details as EventDetails<'token.issued'>).grantType !== 'authorization_code'
  )
}

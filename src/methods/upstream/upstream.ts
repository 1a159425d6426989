// Signing in from elsewhere: with Google, an employer, another Latchkey. Each upstream of the configuration is a method of
// its own, so that policy, events and what was used last can name it.
import type { Upstream } from '../../lib/config/upstreams.ts'
import type { Bound } from '../../core/challenges.ts'
import { proofBy, type Asked, type Enrolling, type Method, type Shown } from '../method.ts'
import { upstreamClient } from './client.ts'
import { beginExchange, finishExchange } from './exchange.ts'
import { linkedTo } from './link.ts'
import { resolveIdentity } from './resolve.ts'
import { AT_ACCOUNT } from './states.ts'

const PREFIX = 'upstream-'

export function upstreamMethodId({ id }: Pick<Upstream, 'id'>): string {
  return PREFIX + id
}

export function upstreamMethod(upstream: Upstream): Method {
  const { name } = upstream
  const id = upstreamMethodId(upstream)
  const exchange = { upstream, client: upstreamClient(upstream) }
  const boundTo = (purpose: Bound['purpose'], { owner, account }: Pick<Asked | Enrolling, 'owner' | 'account'>) => {
    return { owner, method: id, purpose, accountId: account?.id }
  }

  const method: Method = {
    id,
    words: t => ({ name, use: t('methods:upstream.use', { name }), about: t('methods:upstream.about', { name }) }),
    // What happened there is not known, and its word for it is not taken: something that the person could sign in with,
    // as a password is, so that a password and this are still one factor.
    factors: ['knowledge'],
    // RFC 8176 has no value for it; this one is Microsoft's.
    amr: ['fed'],
    resistsPhishing: false,
    roles: { first: true, second: false, identifies: true },

    standing: (_account, own) => ({
      enrolled: own.length > 0,
      first: own.length > 0,
      second: false,
      protects: false,
    }),

    onIdentify: (): Shown => ({ view: 'methods/upstream/identify', locals: { name } }),
    page: () => Promise.resolve({ view: 'methods/upstream/prove', locals: { name } }),

    comesBack: true,
    challenge: async (services, attempted) => ({
      kind: 'elsewhere',
      url: await beginExchange(exchange, services, boundTo('prove', attempted), attempted.owner),
    }),
    async verify(services, attempted) {
      const identity = await finishExchange(exchange, services, boundTo('prove', attempted), attempted.form)
      return resolveIdentity(services, upstream, attempted, identity, proofBy(method))
    },

    link: {
      begin: (services, who) => beginExchange(exchange, services, boundTo('enrol', who), AT_ACCOUNT),
      async finish(services, who, query) {
        const identity = await finishExchange(exchange, services, boundTo('enrol', who), query)
        return linkedTo(who.account, identity, services, upstream, id)
      },
    },

    describe: own =>
      own.map(({ id: credentialId, data, createdAt, usedAt }) => ({
        credentialId,
        name,
        ...(typeof data.email === 'string' ? { detail: data.email } : {}),
        createdAt,
        ...(usedAt ? { usedAt } : {}),
      })),
  }
  return method
}

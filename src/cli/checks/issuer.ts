import { z } from 'zod'
import type { Config } from '../../lib/config/schema.ts'
import { ok, problem, reasonOf, warning, type Finding } from './finding.ts'
import type { Clock } from './clock.ts'

/** Milliseconds. */
const PATIENCE = 5000

const discoverySchema = z.object({ issuer: z.string() })

/** Asks the issuer for its discovery document, as apps do (OIDC Discovery 1.0, section 4). @returns its clock as well */
export async function checkIssuer({ issuer }: Config): Promise<{ finding: Finding; clock?: Clock }> {
  const asked = Date.now()
  let response: Response
  try {
    response = await fetch(new URL('/.well-known/openid-configuration', issuer), {
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE),
    })
  } catch (error) {
    return { finding: unreachable(issuer, error) }
  }
  const clock = clockOf(response, asked)
  return { finding: await describe(issuer, response), ...(clock ? { clock } : {}) }
}

async function describe(issuer: string, response: Response): Promise<Finding> {
  const discovery = discoverySchema.safeParse(await response.json().catch(() => undefined)).data
  if (response.status !== 200 || !discovery) {
    const todo = 'Check that LATCHKEY_ISSUER leads to Latchkey, and that the proxy before it passes every path on.'
    return problem('issuer', `${issuer} answers ${response.status}, and not with a discovery document`, todo)
  }
  if (discovery.issuer !== issuer) {
    const todo = 'Start the server with the same configuration, or set LATCHKEY_ISSUER to what it serves.'
    return problem('issuer', `${issuer} says that it is ${discovery.issuer}: apps will refuse it`, todo)
  }
  return ok('issuer', `${issuer} answers`)
}

function unreachable(issuer: string, error: unknown): Finding {
  const message = `${issuer} cannot be reached from here: ${reasonOf(error)}`
  const code = error instanceof Error ? (error.cause as { code?: string } | undefined)?.code : undefined
  if (code?.includes('CERT') || code?.startsWith('ERR_TLS')) {
    return problem('issuer', message, 'Give its proxy a certificate for this host that browsers and apps trust.')
  }
  return warning('issuer', message, 'Start the server. If it runs, check LATCHKEY_ISSUER, DNS and the proxy before it.')
}

/** The moment of the answer by the server's Date header (RFC 9110, section 6.6.1), which counts in whole seconds. */
function clockOf(response: Response, asked: number): Clock | undefined {
  const date = Date.parse(response.headers.get('date') ?? '')
  if (Number.isNaN(date)) return undefined
  const answered = Date.now()
  return { of: 'the issuer', theirs: date + 500, ours: (asked + answered) / 2, precision: 500 + (answered - asked) / 2 }
}

// What a browser sends back from a ceremony (WebAuthn Level 3, section 5.1): parsed here, so that no odd shape gets
// further. It comes as JSON in a field of a form.
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'
import { Refused } from '../../lib/errors.ts'

const bytes = (most: number) =>
  z
    .string()
    .regex(/^[\w-]+$/)
    .max(Math.ceil((most * 4) / 3))

/** A credential id has at most 1023 bytes, a user handle 64 (sections 4 and 5.4.3). */
const common = { id: bytes(1023), rawId: bytes(1023), type: z.literal('public-key') }

const authenticationSchema = z.object({
  ...common,
  response: z.object({
    clientDataJSON: bytes(8192),
    authenticatorData: bytes(8192),
    signature: bytes(8192),
    userHandle: bytes(64).nullish(),
  }),
})

const registrationSchema = z.object({
  ...common,
  response: z.object({
    clientDataJSON: bytes(8192),
    attestationObject: bytes(24_576),
    transports: z
      .array(z.string().regex(/^[\w-]{1,32}$/))
      .max(16)
      .nullish(),
  }),
  clientExtensionResults: z.object({ credProps: z.object({ rk: z.boolean().optional() }).optional() }).optional(),
})

/** @throws Refused `passkey.missing`, `passkey.malformed` */
export function readAuthentication(text: string): AuthenticationResponseJSON {
  const { response, ...rest } = read(authenticationSchema, text)
  const { userHandle, ...signed } = response
  return { ...rest, response: { ...signed, ...(userHandle ? { userHandle } : {}) }, clientExtensionResults: {} }
}

/** @throws Refused `passkey.missing`, `passkey.malformed` */
export function readRegistration(text: string): RegistrationResponseJSON {
  const { response, clientExtensionResults, ...rest } = read(registrationSchema, text)
  const { transports, ...made } = response
  return {
    ...rest,
    response: { ...made, transports: transports ?? [] },
    clientExtensionResults: clientExtensionResults ?? {},
  }
}

function read<T>(schema: z.ZodType<T>, text: string): T {
  if (text === '') {
    throw new Refused('passkey.missing')
  }
  const parsed = schema.safeParse(jsonOf(text))
  if (!parsed.success) {
    throw new Refused('passkey.malformed', { cause: parsed.error })
  }
  return parsed.data
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

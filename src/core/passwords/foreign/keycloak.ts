import { z } from 'zod'
import { UnusableHash } from './format.ts'

/** A password among the credentials of a user in an export of a Keycloak realm: JSON within JSON. */
export const keycloakCredentialSchema = z.object({ secretData: z.string(), credentialData: z.string() })

const secretSchema = z.object({ value: z.base64(), salt: z.base64() })
const parametersSchema = z.object({
  hashIterations: z.int(),
  algorithm: z.enum(['pbkdf2', 'pbkdf2-sha256', 'pbkdf2-sha512', 'argon2']),
  additionalParameters: z.record(z.string(), z.array(z.string())).default({}),
})

/** The same in the PHC form. @throws UnusableHash */
export function fromKeycloak({ secretData, credentialData }: z.infer<typeof keycloakCredentialSchema>): string {
  const { value, salt } = parsed('secretData', secretSchema, secretData)
  const parameters = parsed('credentialData', parametersSchema, credentialData)
  const { algorithm, hashIterations: iterations, additionalParameters: more } = parameters
  const both = `${unpadded(salt)}$${unpadded(value)}`
  if (algorithm !== 'argon2') return `$${algorithm}$i=${iterations}$${both}`
  const [type = 'id', version = '1.3', memory, lanes = '1'] = ['type', 'version', 'memory', 'parallelism'].map(
    name => more[name]?.[0],
  )
  return `$argon2${type}$v=${version === '1.0' ? 16 : 19}$m=${memory},t=${iterations},p=${lanes}$${both}`
}

function parsed<Shape>(name: string, schema: z.ZodType<Shape>, json: string): Shape {
  try {
    return schema.parse(JSON.parse(json))
  } catch {
    throw new UnusableHash(`${name}: expected what Keycloak exports, for pbkdf2 or argon2`)
  }
}

function unpadded(base64: string): string {
  return base64.replace(/=+$/, '')
}

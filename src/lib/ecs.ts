// The names of the Elastic Common Schema, so that a log can be searched beside those of other programs. They are written
// with their dots, as Elasticsearch, OpenSearch and their shippers read them as they are.

/** The version whose names these are. */
export const ECS_VERSION = '8.17.0'

const NAMES: Readonly<Record<string, string>> = {
  traceId: 'trace.id',
  method: 'http.request.method',
  status: 'http.response.status_code',
  path: 'url.path',
  address: 'client.ip',
  accountId: 'user.id',
  event: 'event.action',
  outcome: 'event.outcome',
  reason: 'event.reason',
  error: 'error.code',
  description: 'error.message',
  file: 'file.path',
  to: 'email.to.address',
  subject: 'email.subject',
}

/** The same fields by the schema's names; what it has no name for is put under `latchkey.`, where no name of its can be. */
export function toEcs(fields: Record<string, unknown>): Record<string, unknown> {
  const renamed: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'err' && isSerialized(value)) Object.assign(renamed, errorFields(value))
    else renamed[NAMES[name] ?? `latchkey.${snakeCase(name)}`] = value
  }
  return renamed
}

interface SerializedError {
  type: string
  message: string
  stack: string
  code?: string | number
}

function isSerialized(value: unknown): value is SerializedError & Record<string, unknown> {
  return typeof value === 'object' && value !== null && 'stack' in value
}

function errorFields({ type, message, stack, code, ...rest }: SerializedError & Record<string, unknown>) {
  return {
    'error.type': type,
    'error.message': message,
    'error.stack_trace': stack,
    // The schema has text there; Mongo's codes are numbers.
    ...(code === undefined ? {} : { 'error.code': String(code) }),
    ...(Object.keys(rest).length > 0 ? { 'latchkey.error': rest } : {}),
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}

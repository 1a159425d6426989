import type { Config } from '../../lib/config/schema.ts'

/** The address of a link that was asked for in an attempt: among its pages, where its browser's cookie is sent. */
export function askedAddress({ issuer }: Pick<Config, 'issuer'>, attemptId: string, token: string): string {
  return `${issuer}/signin/${attemptId}/link/${token}`
}

/** The address of a link that begins a sign-in of its own. */
export function madeAddress({ issuer }: Pick<Config, 'issuer'>, token: string): string {
  return `${issuer}/magic/${token}`
}

// The one list of methods. Adding one is a folder and a line here.
import type { Method } from './method.ts'
import { password } from './password/password.ts'

export const methods: readonly Method[] = [password]

/** @throws never; undefined for an id that is no method's */
export function methodById(id: string): Method | undefined {
  return methods.find(method => method.id === id)
}

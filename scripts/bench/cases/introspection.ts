import { always } from './always.ts'
import type { Case } from './case.ts'
import { signIn, tokenRequest } from './flow.ts'

export const introspection: Case = {
  name: 'introspection',
  title: 'Introspection',
  async prepare(target, index) {
    const { accessToken } = await signIn(target, index)
    return always(tokenRequest(target, { token: accessToken }, '/introspect'), '"active":true')
  },
}

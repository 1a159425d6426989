import { get } from '../load/http.ts'
import { always } from './always.ts'
import type { Case } from './case.ts'
import { signIn } from './flow.ts'

export const userinfo: Case = {
  name: 'userinfo',
  title: 'Userinfo',
  async prepare(target, index) {
    const { accessToken } = await signIn(target, index)
    return always(get(target.origin, '/userinfo', { Authorization: `Bearer ${accessToken}` }), '"email":"test')
  },
}

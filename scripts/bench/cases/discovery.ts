import { get } from '../load/http.ts'
import { always } from './always.ts'
import type { Case } from './case.ts'

export const discovery: Case = {
  name: 'discovery',
  title: 'Discovery document',
  async prepare({ origin }) {
    return always(get(origin, '/.well-known/openid-configuration'), '"token_endpoint":"')
  },
}

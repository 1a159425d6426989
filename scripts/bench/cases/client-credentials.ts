import { always } from './always.ts'
import type { Case } from './case.ts'
import { tokenRequest } from './flow.ts'

export const clientCredentials: Case = {
  name: 'client-credentials',
  title: 'Client credentials, opaque',
  async prepare(target) {
    return always(tokenRequest(target, { grant_type: 'client_credentials' }), '"access_token":"')
  },
}

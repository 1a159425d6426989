import { always } from './always.ts'
import type { Case } from './case.ts'
import { tokenRequest } from './flow.ts'

export const clientCredentialsEs256: Case = {
  name: 'client-credentials-es256',
  title: 'Client credentials, ES256 JWT',
  async prepare(target) {
    const fields = { grant_type: 'client_credentials', resource: 'https://es256.example', scope: 'read' }
    return always(tokenRequest(target, fields), '"access_token":"ey')
  },
}

import { always } from './always.ts'
import type { Case } from './case.ts'
import { tokenRequest } from './flow.ts'

export const clientCredentialsRs256: Case = {
  name: 'client-credentials-rs256',
  title: 'Client credentials, RS256 JWT',
  async prepare(target) {
    const fields = { grant_type: 'client_credentials', resource: 'https://rs256.example', scope: 'read' }
    return always(tokenRequest(target, fields), '"access_token":"ey')
  },
}

import { get } from '../load/http.ts'
import { always } from './always.ts'
import type { Case } from './case.ts'

export const keys: Case = {
  name: 'keys',
  title: 'Key set',
  async prepare({ origin }) {
    return always(get(origin, '/jwks'), '"keys":[')
  },
}

// What every page of the fixtures has in common.
import type { PageLocals } from '../../src/lib/views.ts'

export const client = {
  name: 'Acme Notes',
  logoUri: 'https://notes.example.com/logo.svg',
  clientUri: 'https://notes.example.com/',
  policyUri: 'https://notes.example.com/privacy',
  tosUri: 'https://notes.example.com/terms',
}
export const page: PageLocals = {
  brand: { name: 'Latchkey' },
  lang: 'en',
  here: '/signin/1',
  client,
  termsUrl: '/terms',
  privacyUrl: '/privacy',
}

// In which country an address is registered, by a table of the registries' own data (CC0) that comes with a package: nobody
// is asked. It is a hint for people, and for policy that asks once more; it keeps nobody out.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { isSpecialAddress } from './fetch.ts'
import { normalizeAddress } from './network.ts'

const TABLE = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb'

interface Table {
  get(address: string): { country_code: string } | null
}

let loading: Promise<Table> | undefined

/** ISO 3166-1 alpha-2; undefined for a private address, and for one that the table does not know. */
export async function countryOf(address: string): Promise<string | undefined> {
  const plain = normalizeAddress(address)
  if (plain === undefined || isSpecialAddress(plain)) return undefined
  const table = await (loading ??= load())
  return table.get(plain)?.country_code
}

/** Eight megabytes, at the first sign-in that comes from a public address. */
async function load(): Promise<Table> {
  const [{ Reader }, bytes] = await Promise.all([
    import('mmdb-lib'),
    readFile(fileURLToPath(import.meta.resolve(TABLE))),
  ])
  return new Reader(bytes) as unknown as Table
}

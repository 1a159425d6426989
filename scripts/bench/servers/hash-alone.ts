// A password's check and nothing else, again and again for so many seconds; prints its CPU in microseconds a check.
import { hash, verify } from '@node-rs/argon2'
import { HASH_PARAMETERS } from '../../../src/core/hashing/hasher.ts'
import { PASSWORD } from './setting.ts'

const until = performance.now() + Number(process.argv[2]) * 1000
const stored = await hash(PASSWORD, HASH_PARAMETERS)
const before = process.cpuUsage()
let checks = 0
while (performance.now() < until) {
  await verify(stored, PASSWORD)
  checks += 1
}
const used = process.cpuUsage(before)
console.log((used.user + used.system) / checks)

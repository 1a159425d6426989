// Makes the list of common passwords: as a program of its own at set-up, or on a thread of the server where none was made.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { parentPort } from 'node:worker_threads'
import { buildCommonList, COMMON_LIST, keepCommonList } from './common-list.ts'

const bytes = buildCommonList()
if (parentPort) parentPort.postMessage(bytes)
else {
  mkdirSync(dirname(COMMON_LIST), { recursive: true })
  await keepCommonList(bytes)
}

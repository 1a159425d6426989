import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../lib/config/schema.ts'
import { newId } from '../../lib/ids.ts'
import { ok, problem, reasonOf, warning, type Finding } from './finding.ts'

const WANTED_NODE = 24

export function checkNode(): Finding {
  const { node } = process.versions
  if (Number(node.split('.')[0]) >= WANTED_NODE) return ok('node', `Node ${node}`)
  const todo = `Run it by npm or npx from the clone, which bring Node ${WANTED_NODE}, or install that.`
  return problem('node', `Node ${node} is older than ${WANTED_NODE}`, todo)
}

/** Development secrets, the embedded store and kept mails live there. Where none of them is used, it hardly matters. */
export function checkDataFolder({ dataDir, env, store, mail }: Config): Finding {
  const probe = join(dataDir, `doctor-${newId()}.tmp`)
  try {
    mkdirSync(dataDir, { recursive: true })
    writeFileSync(probe, 'probe', { flag: 'wx' })
    rmSync(probe)
    return ok('data folder', `${dataDir} can be written to`)
  } catch (error) {
    const used = env === 'development' || store.startsWith('sqlite:') || mail.startsWith('file:')
    const todo = 'Let the user that runs Latchkey write there, or set LATCHKEY_DATA_DIR.'
    return (used ? problem : warning)('data folder', `${dataDir} cannot be written to: ${reasonOf(error)}`, todo)
  }
}

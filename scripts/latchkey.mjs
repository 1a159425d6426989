#!/usr/bin/env node
// What `npx latchkey …` runs from a clone: the command line, on Node 24, whatever Node npx itself runs on.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { localNode, setUp } from './setup.mjs'

const runsTypeScript = Number(process.versions.node.split('.')[0]) >= 24

/** This Node when it is new enough (a container has no other), else the one in node_modules, installed when missing. */
function findNode() {
  if (runsTypeScript) return process.execPath
  if (!existsSync(localNode)) setUp()
  return localNode
}

const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
const cache = ['--import', new URL('./tools/compile-cache.mjs', import.meta.url).href]
const run = spawnSync(findNode(), [...cache, main, ...process.argv.slice(2)], { stdio: 'inherit' })
if (run.error) throw run.error
process.exitCode = run.status ?? 1

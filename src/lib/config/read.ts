import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative, resolve } from 'node:path'
import type * as yaml from 'yaml'
import { FILE_VARIABLE, fileVariables, nearest, variableOf, variables } from './names.ts'
import { configKeys } from './schema.ts'
import type { ConfigKey, Environment } from './schema.ts'

/** A value as it was found, and what to call the place in a message. */
export type Found = { value: unknown; source: string }
export type Layer = Map<ConfigKey, Found>

type Variables = Record<string, string | undefined>

/** The `LATCHKEY_*` variables. An empty one counts as not set, since compose files write unset ones so. */
export function readVariables(env: Variables, problems: string[]): Layer {
  const layer: Layer = new Map()
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('LATCHKEY_') || name === FILE_VARIABLE || fileVariables.has(name)) continue
    const key = variables.get(name)
    if (!key) problems.push(unknown(name, [...variables.keys(), ...fileVariables.keys(), FILE_VARIABLE]))
    else if (value) layer.set(key, { value, source: name })
  }
  return layer
}

/** The secrets that lie in files named by `LATCHKEY_*_FILE`, without the line break at their end. */
export function readSecretFiles(env: Variables, root: string, problems: string[]): Layer {
  const layer: Layer = new Map()
  for (const [name, key] of fileVariables) {
    const path = env[name]
    if (!path) continue
    const text = readText(resolve(root, path), name, problems)
    if (text?.trim() === '')
      problems.push(`${name}: expected a file with the value of ${variableOf(key)}, got an empty one`)
    else if (text !== undefined) layer.set(key, { value: text.trim(), source: name })
  }
  return layer
}

/** The configuration file: the one that LATCHKEY_CONFIG names, or config/ENVIRONMENT.json, .yaml or .yml if there. */
export function readConfigFile(env: Variables, environment: Environment, root: string, problems: string[]): Layer {
  const layer: Layer = new Map()
  const path = findConfigFile(env, environment, root, problems)
  if (!path) return layer
  const shown = relative(root, path).startsWith('..') ? path : relative(root, path)

  for (const [name, value] of Object.entries(parseConfigFile(path, shown, problems))) {
    if (name === '$comment') continue
    const key = configKeys.find(known => known === name)
    if (!key) problems.push(`${shown}: ${unknown(name, configKeys)}`)
    else if (key === 'env') problems.push(`${shown}: env: expected in LATCHKEY_ENV alone, since it chooses the file`)
    else if (value !== null) layer.set(key, { value, source: `${shown}: ${name}` })
  }
  return layer
}

function findConfigFile(
  env: Variables,
  environment: Environment,
  root: string,
  problems: string[],
): string | undefined {
  const named = env[FILE_VARIABLE]
  if (named) return resolve(root, named)
  const found = ['json', 'yaml', 'yml']
    .map(extension => join(root, 'config', `${environment}.${extension}`))
    .filter(path => existsSync(path))
  if (found.length > 1) problems.push(`config: expected one file for ${environment}, got ${found.join(' and ')}`)
  return found[0]
}

function parseConfigFile(path: string, shown: string, problems: string[]): object {
  const text = readText(path, shown, problems)
  if (text === undefined) return {}
  try {
    const content: unknown = path.endsWith('.json') ? JSON.parse(text) : parseYaml(text)
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content
    problems.push(`${shown}: expected keys with values, got ${Array.isArray(content) ? 'a list' : typeof content}`)
  } catch (error) {
    // The parsers quote the text around the error, which may be a secret: their first line up to the quote is enough.
    const reason = error instanceof Error ? (error.message.split(/["\n]/)[0] ?? '') : ''
    problems.push(`${shown}: expected ${path.endsWith('.json') ? 'JSON' : 'YAML'}, got: ${reason.trim()}`)
  }
  return {}
}

/** Loaded for a file that needs it. */
function parseYaml(text: string): unknown {
  const { parse } = createRequire(import.meta.url)('yaml') as typeof yaml
  return parse(text) ?? {}
}

function readText(path: string, source: string, problems: string[]): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error'
    problems.push(`${source}: expected a file that can be read, got ${code} for ${path}`)
    return undefined
  }
}

function unknown(name: string, known: string[]): string {
  const meant = nearest(name, known)
  return `${name}: unknown${meant ? `; did you mean ${meant}?` : ''}`
}

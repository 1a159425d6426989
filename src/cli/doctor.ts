import type { Command } from 'commander'
import { ConfigError } from '../lib/config/errors.ts'
import { loadConfig } from '../lib/config/load.ts'
import type { Config } from '../lib/config/schema.ts'
import { checkClock } from './checks/clock.ts'
import { ok, problem, type Finding, type Status } from './checks/finding.ts'
import { checkIssuer } from './checks/issuer.ts'
import { checkKeys } from './checks/keys.ts'
import { checkMail } from './checks/mail.ts'
import { checkOutbox } from './checks/outbox.ts'
import { checkDataFolder, checkNode } from './checks/process.ts'
import { checkRedis } from './checks/redis.ts'
import { checkSms } from './checks/sms.ts'
import { checkStore } from './checks/store.ts'
import { storeClock } from './checks/store-clock.ts'
import { withJson, type JsonOption } from './support/options.ts'
import { print } from './support/print.ts'

export function define(doctor: Command): void {
  withJson(doctor).action(run)
}

async function run({ json }: JsonOption): Promise<void> {
  const checks = await examine()
  const status = worst(checks)
  if (status === 'problem') process.exitCode = 1
  print(json, { status, checks }, () => checks.map(describe).join('\n'))
}

async function examine(): Promise<Finding[]> {
  try {
    return [checkNode(), ...(await examineWith(loadConfig()))]
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const todo = 'Put it right; docs/configuration.md lists every setting.'
    return [checkNode(), ...error.problems.map(line => problem('configuration', line, todo))]
  }
}

async function examineWith(config: Config): Promise<Finding[]> {
  const folder = checkDataFolder(config)
  const [storeAndKeys, redis, mail, sms, issuer, clock] = await Promise.all([
    checkStoreAndKeys(config),
    checkRedis(config),
    checkMail(config),
    checkSms(config),
    checkIssuer(config),
    storeClock(config),
  ])
  const clocks = [issuer.clock, clock, redis.clock].filter(one => one !== undefined)
  return [
    ok('configuration', `${config.env}; \`latchkey config check\` prints it`),
    folder,
    ...storeAndKeys,
    ...redis.findings,
    mail,
    sms,
    issuer.finding,
    checkClock(clocks),
  ]
}

async function checkStoreAndKeys(config: Config): Promise<Finding[]> {
  const { finding, store } = await checkStore(config)
  if (!store) return [finding, problem('keys', 'were not looked at, as the store cannot be used', 'See the store.')]
  try {
    return [finding, ...(await Promise.all([checkKeys(config, store), checkOutbox(store)]))]
  } finally {
    await store.close()
  }
}

function worst(checks: readonly Finding[]): Status {
  const statuses = checks.map(({ status }) => status)
  return (['problem', 'warning'] as const).find(status => statuses.includes(status)) ?? 'ok'
}

function describe({ name, status, message, todo }: Finding): string {
  const line = `${status.padEnd('problem'.length)}  ${name.padEnd('configuration'.length)}  ${message}`
  return todo ? `${line}\n${' '.repeat('problem  configuration  '.length)}→ ${todo}` : line
}

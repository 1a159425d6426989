import { onPath, succeeds } from './run.ts'

// RUNLEVEL=1 keeps a package from starting its service: the tests start their own servers, on loopback.
const quiet = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }

/** Whether this machine lets us install system packages without asking anybody: Debian or alike, and root. */
export function canAptInstall(): boolean {
  return process.getuid?.() === 0 && onPath('apt-get') !== undefined
}

/** Installs system packages; the package lists are refreshed only when they prove too old or empty. */
export function aptInstall(...packages: string[]): boolean {
  const install = () => succeeds('apt-get', ['install', '--yes', '--no-install-recommends', ...packages], 600, quiet)
  return install() || (succeeds('apt-get', ['update'], 120, quiet) && install())
}

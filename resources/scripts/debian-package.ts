// Installs one of Debian's packages as root, without starting the service that it may bring.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs'

const APT_TIMEOUT_MS = 300_000
/** While this is there and says 101, Debian's packages start no service (invoke-rc.d). */
const POLICY_FILE = '/usr/sbin/policy-rc.d'

/** Tries to install it; does nothing where that is not possible. Never throws; says what went wrong. */
export function installDebianPackage(name: string, say: (line: string) => void): void {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  say(`Installing ${name} with apt-get …`)
  const hasPolicy = existsSync(POLICY_FILE)
  try {
    if (!hasPolicy) {
      writeFileSync(POLICY_FILE, '#!/bin/sh\nexit 101\n')
      chmodSync(POLICY_FILE, 0o755)
    }
    const install = (): boolean => apt(['install', '--yes', '--no-install-recommends', name])
    // The lists of a fresh machine are empty.
    if (!install() && !(apt(['update']) && install())) say(`apt-get could not install ${name}.`)
  } catch (error) {
    say(`${name} could not be installed: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    if (!hasPolicy) rmSync(POLICY_FILE, { force: true })
  }
}

function apt(args: readonly string[]): boolean {
  const { status } = spawnSync('apt-get', ['--quiet', '--quiet', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: APT_TIMEOUT_MS,
  })
  return status === 0
}

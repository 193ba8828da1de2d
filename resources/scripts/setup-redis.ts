// Finds, or as root on Debian installs, the redis-server that tests start for themselves. Never starts the machine's own service.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { findRedis } from './redis-process.ts'

const APT_TIMEOUT_MS = 300_000
/** While this is there and says 101, Debian's packages start no service (invoke-rc.d). */
const POLICY_FILE = '/usr/sbin/policy-rc.d'

/** Path of a redis-server; undefined when there is none and none could be installed. Never throws. */
export function setUpRedis(say: (line: string) => void): string | undefined {
  const program = findRedis() ?? installRedis(say)
  if (program === undefined)
    say(
      'No redis-server: the tests of a real Redis are skipped. Install it (Debian: apt-get install redis-server), or name one in TMWS_TEST_REDIS_SERVER.',
    )
  return program
}

function installRedis(say: (line: string) => void): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined
  say('Installing redis-server with apt-get …')
  const hasPolicy = existsSync(POLICY_FILE)
  try {
    if (!hasPolicy) {
      writeFileSync(POLICY_FILE, '#!/bin/sh\nexit 101\n')
      chmodSync(POLICY_FILE, 0o755)
    }
    const install = (): boolean => apt(['install', '--yes', '--no-install-recommends', 'redis-server'])
    // The lists of a fresh machine are empty.
    if (!install() && !(apt(['update']) && install())) say('apt-get could not install redis-server.')
  } catch (error) {
    say(`redis-server could not be installed: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    if (!hasPolicy) rmSync(POLICY_FILE, { force: true })
  }
  return findRedis()
}

function apt(args: readonly string[]): boolean {
  const { status } = spawnSync('apt-get', ['--quiet', '--quiet', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: APT_TIMEOUT_MS,
  })
  return status === 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const program = setUpRedis((line) => console.log(line))
  if (program !== undefined) console.log(`redis-server: ${program}`)
}

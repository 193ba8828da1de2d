// Finds, or as root on Debian installs, what tests need beyond npm packages, and says what it could not get. Tests that lack it skip by name.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { setUpRedis } from './setup-redis.ts'
import { setUpNginx } from './setup-nginx.ts'
import { setUpPostgres } from './setup-postgres.ts'

const CHROMIUM_PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/opt/google/chrome/chrome']
const APT_TIMEOUT_MS = 300_000

export interface TestMachine {
  /** Path of a Chromium; absent when there is none. */
  readonly chromium?: string
}

/** Where Chromium is; `TMWS_TEST_CHROMIUM` names another one. */
export function findChromium(): string | undefined {
  const given = process.env['TMWS_TEST_CHROMIUM']
  return [...(given === undefined ? [] : [given]), ...CHROMIUM_PLACES].find((place) => existsSync(place))
}

/** Makes the machine ready for every test, as far as that is possible here. Never throws. */
export function setUpTestMachine(say: (line: string) => void): TestMachine {
  setUpRedis(say)
  setUpPostgres(say)
  setUpNginx(say)
  const chromium = findChromium() ?? installChromium(say)
  if (chromium === undefined) {
    say(
      'No Chromium: the tests of the dashboard are skipped. Install it (Debian: apt-get install chromium), or name one in TMWS_TEST_CHROMIUM.',
    )
    return {}
  }
  return { chromium }
}

function installChromium(say: (line: string) => void): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined
  say('Installing Chromium with apt-get …')
  const install = (): boolean => apt(['install', '--yes', '--no-install-recommends', 'chromium'])
  // The lists of a fresh machine are empty.
  if (!install() && !(apt(['update']) && install())) say('apt-get could not install Chromium.')
  return findChromium()
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
  const { chromium } = setUpTestMachine((line) => console.log(line))
  if (chromium !== undefined) console.log(`Chromium: ${chromium}`)
}

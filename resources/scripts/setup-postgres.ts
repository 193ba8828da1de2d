// Finds, or as root on Debian installs, a PostgreSQL with pgvector for tests and benchmarks. Quick when it is there already.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The programs of a server that has pgvector. */
export interface PostgresPrograms {
  /** Folder of `initdb`, `pg_ctl` and `postgres`. */
  readonly bin: string
}

const DEBIAN_PROGRAMS = '/usr/lib/postgresql'
const OLDEST_MAJOR = 13
const APT_TIMEOUT_MS = 300_000
const BUILD_TIMEOUT_MS = 180_000
/** Where Debian's newest pgvector source package is; its signature and checksums are checked by apt. */
const SOURCES = 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main\n'

/** Where they are, newest first; `TMWS_TEST_POSTGRES_BIN` names another folder. Undefined when no server with pgvector is there. */
export function findPostgres(): PostgresPrograms | undefined {
  return installed().find(({ bin }) => hasVector(bin))
}

/** Finds or installs them, as far as that is possible here. Never throws; says why there are none. */
export function setUpPostgres(say: (line: string) => void): PostgresPrograms | undefined {
  const found = findPostgres() ?? install(say)
  if (!found) say('No PostgreSQL with pgvector: its tests are skipped. Install both, or name their programs in TMWS_TEST_POSTGRES_BIN.')
  return found
}

function installed(): PostgresPrograms[] {
  const given = process.env['TMWS_TEST_POSTGRES_BIN']
  const majors = existsSync(DEBIAN_PROGRAMS) ? readdirSync(DEBIAN_PROGRAMS).map(Number) : []
  const debian = majors.filter((major) => major >= OLDEST_MAJOR).sort((a, b) => b - a)
  const folders = [...(given === undefined ? [] : [given]), ...debian.map((major) => join(DEBIAN_PROGRAMS, String(major), 'bin'))]
  return folders.filter((bin) => existsSync(join(bin, 'initdb'))).map((bin) => ({ bin }))
}

function hasVector(bin: string): boolean {
  try {
    const share = execFileSync(join(bin, 'pg_config'), ['--sharedir'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    return existsSync(join(share, 'extension', 'vector.control'))
  } catch {
    return false
  }
}

function install(say: (line: string) => void): PostgresPrograms | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined
  say('Installing PostgreSQL 15 and building pgvector …')
  keepFromStarting()
  const packages = ['postgresql-15', 'postgresql-server-dev-15', 'build-essential', 'ca-certificates']
  const get = (): boolean => apt(['install', '--yes', '--no-install-recommends', '-o', 'Dpkg::Options::=--force-confold', ...packages])
  // The lists of a fresh machine are empty, those of an old one out of date.
  if (!get() && !(apt(['update']) && get())) {
    say('apt-get could not install PostgreSQL 15.')
    return undefined
  }
  if (!findPostgres() && !buildVector()) say('pgvector could not be built.')
  return findPostgres()
}

/** Debian starts a cluster of its own with the package; nobody asked for one. */
function keepFromStarting(): void {
  const file = '/etc/postgresql-common/createcluster.conf'
  if (existsSync(file) || existsSync(join(DEBIAN_PROGRAMS, '15'))) return
  mkdirSync('/etc/postgresql-common', { recursive: true })
  writeFileSync(file, 'create_main_cluster = false\n')
}

function buildVector(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'tmws-pgvector-'))
  try {
    const [sources, lists] = [join(folder, 'sources'), join(folder, 'lists')]
    for (const path of [sources, join(lists, 'partial')]) mkdirSync(path, { recursive: true })
    writeFileSync(join(sources, 'trixie.list'), SOURCES)
    // A folder of its own: the machine's own lists are left as they are.
    const own = ['Dir::Etc::SourceList=/dev/null', `Dir::Etc::SourceParts=${sources}`, `Dir::State::Lists=${lists}`]
    const options = own.flatMap((option) => ['-o', option])
    if (!apt([...options, 'update']) || !apt([...options, 'source', '--download-only', 'pgvector'], folder)) return false
    const archive = readdirSync(folder).find((name) => name.endsWith('.orig.tar.gz'))
    if (archive === undefined) return false
    const code = join(folder, 'code')
    mkdirSync(code)
    const pgConfig = `PG_CONFIG=${join(DEBIAN_PROGRAMS, '15', 'bin', 'pg_config')}`
    return (
      run('tar', ['--extract', '--strip-components=1', '--file', join(folder, archive)], code, BUILD_TIMEOUT_MS) &&
      // Without tuning to this very processor, as a distribution builds it.
      run('make', ['OPTFLAGS=', pgConfig], code, BUILD_TIMEOUT_MS) &&
      run('make', ['install', pgConfig], code, BUILD_TIMEOUT_MS)
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function apt(args: readonly string[], folder = '/'): boolean {
  return run('apt-get', ['--quiet', '--quiet', '-o', 'DPkg::Lock::Timeout=120', ...args], folder, APT_TIMEOUT_MS)
}

function run(program: string, args: readonly string[], cwd: string, timeout: number): boolean {
  const { status } = spawnSync(program, args, {
    cwd,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout,
  })
  return status === 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = setUpPostgres((line) => console.log(line))
  if (found) console.log(`PostgreSQL with pgvector: ${found.bin}`)
  else process.exitCode = 1
}

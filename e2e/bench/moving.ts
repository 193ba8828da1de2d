// `npm run bench:moving -- --memories 20000 [--postgres]`: exporting, importing, backing up and migrating by the command line, beside a
// running server and without one, and with --postgres into and out of a PostgreSQL of its own. Rates, and how much memory the processes took
// at most. With --through-postgres instead: from SQLite to PostgreSQL and back, and whether all exports are the same bytes.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgresCluster } from '../../resources/scripts/postgres-cluster.ts'
import type { PostgresCluster } from '../../resources/scripts/postgres-cluster.ts'
import { BenchServer } from './lib/bench-server.ts'
import { MeasuredCommands } from './lib/measured-command.ts'
import { numberFlag, report } from './lib/report.ts'
import { writeSampleExport } from './lib/sample-export.ts'
import { thereAndBack } from './lib/through-postgres.ts'

const DIMENSIONS = 384
const memories = numberFlag('memories', 20_000)
const hasFlag = (name: string): boolean => process.argv.includes(`--${name}`)
const folder = mkdtempSync(join(tmpdir(), 'tmws-bench-moving-'))
const commands = new MeasuredCommands(folder, memories)
const file = join(folder, 'all.jsonl')

try {
  const records = await writeSampleExport(file, { memories, dimensions: DIMENSIONS })
  const facts: Record<string, unknown> = { memories, records, export_mib: Math.round(statSync(file).size / 2 ** 20) }
  if (hasFlag('through-postgres')) {
    Object.assign(facts, await withCluster((cluster) => thereAndBack(commands, folder, file, cluster)))
    report('moving-through-postgres', commands.rows, facts)
    if (facts['is_same'] !== true) process.exitCode = 1
  } else {
    await onSqlite()
    await besideServer()
    if (hasFlag('postgres')) await withCluster(onPostgres)
    report('moving', commands.rows, facts)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function onSqlite(): Promise<void> {
  const [plain, moved] = [join(folder, 'plain'), join(folder, 'moved')]
  await commands.run('import, no server', { args: ['import', file], dataDir: plain })
  await commands.run('import again, all unchanged', { args: ['import', file], dataDir: plain })
  await commands.run('export, no server', { args: ['export', '--vectors', join(folder, 'out.jsonl')], dataDir: plain })
  await commands.run('backup, no server', { args: ['backup'], dataDir: plain })
  const [from, to] = [`sqlite:${plain}/tmws.db`, `sqlite:${moved}/tmws.db`]
  await commands.run('migrate sqlite to sqlite, verified', { args: ['migrate', '--from', from, '--to', to], dataDir: moved })
}

async function besideServer(): Promise<void> {
  const besides = await BenchServer.start({ TMWS_EMBEDDING_PROVIDER: 'off' })
  const dataDir = besides.folder
  try {
    await commands.run('import through the server', { args: ['import', file], dataDir, besides })
    await commands.run('export through the server', { args: ['export', '--vectors', join(folder, 'again.jsonl.gz')], dataDir, besides })
    await commands.run('backup through the server', { args: ['backup'], dataDir, besides })
  } finally {
    await besides.stop()
  }
}

async function onPostgres(cluster: PostgresCluster): Promise<void> {
  const [plain, moved] = [cluster.createDatabase('plain'), cluster.createDatabase('moved')]
  const [dataDir, env] = [join(folder, 'beside-postgres'), { TMWS_DATABASE_URL: plain }]
  await commands.run('import into postgres', { args: ['import', file], dataDir, env })
  await commands.run('import into postgres again, all unchanged', { args: ['import', file], dataDir, env })
  await commands.run('export from postgres', { args: ['export', '--vectors', join(folder, 'from.jsonl')], dataDir, env })
  const from = `sqlite:${join(folder, 'plain')}/tmws.db`
  await commands.run('migrate sqlite to postgres, verified', { args: ['migrate', '--from', from, '--to', moved], dataDir })
}

async function withCluster<T>(work: (cluster: PostgresCluster) => Promise<T>): Promise<T> {
  const cluster = await startPostgresCluster({ isDurable: true })
  if (!cluster) throw new Error('There is no PostgreSQL with pgvector; run node resources/scripts/setup-postgres.ts')
  try {
    return await work(cluster)
  } finally {
    await cluster.remove()
  }
}

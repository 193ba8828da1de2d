import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { PostgresCluster } from '../../../resources/scripts/postgres-cluster.ts'
import type { MeasuredCommands } from './measured-command.ts'

/**
 * A file into SQLite, from there to PostgreSQL and back into another SQLite, by `migrate`, and the file itself straight into PostgreSQL.
 * Each of the four is exported whole, and the exports must be the same bytes. Returns their checksums and whether they are.
 */
export async function thereAndBack(
  commands: MeasuredCommands,
  folder: string,
  file: string,
  cluster: PostgresCluster,
): Promise<{ readonly sha256: Readonly<Record<string, string>>; readonly is_same: boolean }> {
  const [middle, straight] = [cluster.createDatabase('middle'), cluster.createDatabase('straight')]
  const [first, last, beside] = [join(folder, 'first'), join(folder, 'last'), join(folder, 'beside')]
  const sha256: Record<string, string> = {}

  async function exported(name: string, dataDir: string, env?: Readonly<Record<string, string>>): Promise<void> {
    const target = join(folder, `${name}.jsonl`)
    await commands.run(`export from ${name}`, {
      args: ['export', '--vectors', '--reproducible', target],
      dataDir,
      ...(env && { env }),
    })
    sha256[name] = await checksumOf(target)
    console.log(`${name}: ${sha256[name]}`)
  }

  await commands.run('import into the first SQLite', { args: ['import', file], dataDir: first })
  await exported('the first SQLite', first)
  await commands.run('migrate to PostgreSQL', { args: ['migrate', '--from', `sqlite:${first}/tmws.db`, '--to', middle], dataDir: beside })
  await exported('PostgreSQL', beside, { TMWS_DATABASE_URL: middle })
  await commands.run('migrate to the last SQLite', {
    args: ['migrate', '--from', middle, '--to', `sqlite:${last}/tmws.db`],
    dataDir: last,
  })
  await exported('the last SQLite', last)
  await commands.run('import straight into PostgreSQL', { args: ['import', file], dataDir: beside, env: { TMWS_DATABASE_URL: straight } })
  await exported('PostgreSQL, imported', beside, { TMWS_DATABASE_URL: straight })
  const is_same = new Set(Object.values(sha256)).size === 1
  console.log(is_same ? 'All exports are the same, byte for byte.' : 'The exports DIFFER.')
  return { sha256, is_same }
}

async function checksumOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

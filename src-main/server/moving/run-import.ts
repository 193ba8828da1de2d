import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { AppError } from '../../base/errors.ts'
import type { ServerConfig } from '../../config/config.ts'
import { changesIn, importQuerySchema } from '../../contract/transfer.ts'
import type { ImportNotice, ImportQuery, ImportSummary } from '../../contract/transfer.ts'
import { traced } from '../audit/direct-trace.ts'
import { ProgressLine } from './progress-line.ts'
import { summaryLines } from './summary-lines.ts'
import { findWay } from './way-to-data.ts'
import type { WayToData } from './way-to-data.ts'

export interface ImportFlags {
  readonly dryRun?: boolean
  readonly onConflict: string
  readonly acceptDamage?: boolean
  readonly continueRuns?: boolean
  readonly asAgent: string
  readonly asNamespace: string
}

export async function runImport(config: ServerConfig, file: string, flags: ImportFlags): Promise<number> {
  const source = resolve(file)
  if (!existsSync(source)) throw new AppError('not_found', `There is no file ${source}.`)
  const query = queryOf(flags)
  const way = await findWay(config)
  const progress = new ProgressLine('Importing')
  const onProgress = (notice: ImportNotice): void => {
    if (!('progress' in notice)) return
    const { records, total, phase } = notice.progress
    progress.tell(records, total, phase === 'checking' ? 'Checking' : 'Importing')
  }
  try {
    const summary = await (way.kind === 'server'
      ? way.client.import(source, query, onProgress)
      : importDirectly(way, config, source, query, onProgress))
    progress.end()
    process.stdout.write(`${summaryLines(summary).join('\n')}\n`)
    return 0
  } finally {
    progress.end()
    await way.close()
  }
}

function importDirectly(
  { stores, moving }: WayToData & { readonly kind: 'direct' },
  config: ServerConfig,
  source: string,
  query: ImportQuery,
  onProgress: (notice: ImportNotice) => void,
): Promise<ImportSummary> {
  return traced(
    { store: stores.audit, config, action: 'import' },
    () => moving.importFile(source, query, { onProgress, signal: new AbortController().signal }),
    (summary) => ({ ...changesIn(summary), dry_run: query.dry_run }),
  )
}

function queryOf(flags: ImportFlags): ImportQuery {
  const result = importQuerySchema.safeParse({
    dry_run: flags.dryRun ?? false,
    on_conflict: flags.onConflict,
    accept_damage: flags.acceptDamage ?? false,
    continue_runs: flags.continueRuns ?? false,
    agent_id: flags.asAgent,
    namespace: flags.asNamespace,
  })
  if (result.success) return result.data
  const [issue] = result.error.issues
  const flag = { agent_id: '--as-agent', namespace: '--as-namespace' }[issue?.path.join('.') ?? ''] ?? '--on-conflict'
  throw new AppError('invalid_request', `${flag} ${issue?.message ?? 'is not valid'}.`)
}

import { resolve } from 'node:path'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import type { ServerConfig } from '../../config/config.ts'
import { exportQuerySchema } from '../../contract/transfer.ts'
import type { ExportQuery } from '../../contract/transfer.ts'
import { AppError } from '../../base/errors.ts'
import { ProgressLine, sizeOf } from './progress-line.ts'
import { findWay } from './way-to-data.ts'
import { requireFree, writeFileWhole } from './whole-file.ts'

export interface ExportFlags {
  readonly namespace?: string
  readonly agent?: string
  readonly trash: boolean
  readonly history: boolean
  readonly vectors?: boolean
  readonly reproducible?: boolean
  readonly overwrite?: boolean
}

const LINE_FEED = 0x0a

export async function runExport(config: ServerConfig, file: string, flags: ExportFlags): Promise<number> {
  const target = file === '-' ? undefined : resolve(file)
  if (target !== undefined) requireFree(target, flags.overwrite ?? false)
  const query = queryOf(flags)
  const way = await findWay(config)
  const progress = new ProgressLine('Exporting')
  try {
    const { total, content } = await (way.kind === 'server'
      ? way.client.export(query)
      : way.moving.export(query, new AbortController().signal))
    let lines = 0
    const counted = (async function* () {
      let last: Uint8Array | undefined
      for await (const part of content) {
        last = typeof part === 'string' ? Buffer.from(part) : part
        for (const byte of last) if (byte === LINE_FEED) lines += 1
        progress.tell(Math.max(0, lines - 2), total)
        yield last
      }
      // An answer that broke off ends without an error in some ways of breaking; a file never does.
      if (last?.at(-1) !== LINE_FEED) throw new AppError('unavailable', 'The export broke off. Nothing was written; try again.')
    })()
    if (target === undefined) await toStdout(counted)
    else await writeFileWhole(target, counted)
    progress.end()
    const where = target === undefined ? '' : ` to ${target} (${sizeOf(statSync(target).size)})`
    process.stderr.write(`Exported ${Math.max(0, lines - 2)} records${where}.\n`)
    return 0
  } finally {
    progress.end()
    await way.close()
  }
}

function queryOf(flags: ExportFlags): ExportQuery {
  const result = exportQuerySchema.safeParse({
    ...(flags.namespace !== undefined && { namespace: flags.namespace }),
    ...(flags.agent !== undefined && { agent_id: flags.agent }),
    trash: flags.trash,
    history: flags.history,
    vectors: flags.vectors ?? false,
    reproducible: flags.reproducible ?? false,
  })
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new AppError(
    'invalid_request',
    `--${issue?.path.join('.').replace('agent_id', 'agent') ?? ''} ${issue?.message ?? 'is not valid'}.`,
  )
}

async function toStdout(content: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const part of content) if (!process.stdout.write(part)) await once(process.stdout, 'drain')
}

import { once } from 'node:events'
import { resolve } from 'node:path'
import type { ServerConfig } from '../../config/config.ts'
import { requireFree, writeFileWhole } from '../moving/whole-file.ts'
import { filterOf } from './audit-flags.ts'
import type { AuditFilterFlags } from './audit-flags.ts'
import { findWayToAudit } from './way-to-audit.ts'

export interface AuditExportFlags extends AuditFilterFlags {
  readonly overwrite?: boolean
}

const LINE_FEED = 0x0a

export async function runAuditExport(config: ServerConfig, file: string, flags: AuditExportFlags): Promise<number> {
  const target = file === '-' ? undefined : resolve(file)
  if (target !== undefined) requireFree(target, flags.overwrite ?? false)
  const filter = filterOf(flags)
  const way = await findWayToAudit(config)
  try {
    let entries = 0
    const content = await way.export(filter)
    const counted = (async function* () {
      for await (const part of content) {
        const bytes = typeof part === 'string' ? Buffer.from(part) : part
        for (const byte of bytes) if (byte === LINE_FEED) entries += 1
        yield bytes
      }
    })()
    if (target === undefined) for await (const part of counted) await toStdout(part)
    else await writeFileWhole(target, counted)
    process.stderr.write(`Exported ${entries} entries${target === undefined ? '' : ` to ${target}`}.\n`)
    return 0
  } finally {
    await way.close()
  }
}

async function toStdout(part: Uint8Array): Promise<void> {
  if (!process.stdout.write(part)) await once(process.stdout, 'drain')
}

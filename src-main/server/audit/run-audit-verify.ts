import { AppError } from '../../base/errors.ts'
import type { ServerConfig } from '../../config/config.ts'
import { verifyAudit } from '../../contract/tools/audit-tools.ts'
import { findWayToAudit } from './way-to-audit.ts'

/** Exit code 0 when the chain is whole, 1 when it is broken. */
export async function runAuditVerify(config: ServerConfig, expectHead: string | undefined): Promise<number> {
  if (!verifyAudit.input.safeParse({ expect_head: expectHead }).success)
    throw new AppError('invalid_request', '--expect-head must be a SHA-256 in hex, as an earlier check printed it.')
  const way = await findWayToAudit(config)
  try {
    const { checked, anchor, head, broken } = await way.verify(expectHead)
    if (broken) {
      process.stdout.write(`The audit log is broken at entry ${broken.seq} (${broken.problem}): ${broken.message}\n`)
      return 1
    }
    const from = anchor.seq === 0 ? '' : ` (retention removed ${anchor.seq} before them)`
    process.stdout.write(`The audit log is whole: ${checked} entries${from}.\nhead ${head.seq} ${head.hash}\n`)
    return 0
  } finally {
    await way.close()
  }
}

import type { AuditReader } from '../coordination/audit/audit-reader.ts'
import { defineTool } from './tool.ts'

export function verifyAuditTool(audit: AuditReader) {
  return defineTool('verify_audit', (args, { scope, signal }) =>
    audit.verify(scope, { signal, ...(args.expect_head !== undefined && { expectHead: args.expect_head }) }),
  )
}

import type { AuditReader } from '../coordination/audit/audit-reader.ts'
import { defineTool } from './tool.ts'

export function listAuditTool(audit: AuditReader) {
  return defineTool('list_audit', (args, { scope }) => audit.list(args, scope))
}

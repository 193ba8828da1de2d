import { AppError, invalidField } from '../../base/errors.ts'
import type { ToolArguments } from '../../contract/tools.ts'
import { WORKFLOW_OPERATIONS } from '../../contract/tools/workflow-tools.ts'
import type { WorkflowField } from '../../contract/tools/workflow-tools.ts'

export type WorkflowArguments = ToolArguments<'manage_workflow'>

/** Throws `invalid_request` for fields that an operation does not take, and for those it cannot do without. */
export function requireOperationFields(args: WorkflowArguments): void {
  const { operation } = args
  const { takes, needs } = WORKFLOW_OPERATIONS[operation]
  const given = (Object.keys(args) as WorkflowField[]).filter((field) => field !== 'operation' && args[field] !== undefined)
  const foreign = given.filter((field) => !takes.includes(field))
  if (foreign.length > 0) {
    throw new AppError('invalid_request', `operation "${operation}" does not take ${foreign.join(', ')}. It takes: ${takes.join(', ')}.`, {
      details: { fields: foreign, operation },
    })
  }
  const missing = needs.find((field) => args[field] === undefined)
  if (missing !== undefined) throw invalidField(missing, `is required for operation "${operation}"`)
  if (operation === 'update' && given.every((field) => field === 'workflow_id' || field === 'expected_version'))
    throw new AppError('invalid_request', 'operation "update" needs at least one field to change, for example steps or schedule.')
}

import { AppError, invalidField } from '../base/errors.ts'
import type { ToolArguments } from '../contract/tools.ts'
import { TASK_OPERATIONS } from '../contract/tools/task-tools.ts'
import type { TaskField } from '../contract/tools/task-tools.ts'

export type TaskArguments = ToolArguments<'manage_task'>

/** Throws `invalid_request` for fields that an operation does not take, and for those it cannot do without. */
export function requireOperationFields(args: TaskArguments): void {
  const { operation } = args
  const { takes, needs } = TASK_OPERATIONS[operation]
  const given = (Object.keys(args) as TaskField[]).filter((field) => field !== 'operation' && args[field] !== undefined)
  const foreign = given.filter((field) => !takes.includes(field))
  if (foreign.length > 0) {
    throw new AppError('invalid_request', `operation "${operation}" does not take ${foreign.join(', ')}. It takes: ${takes.join(', ')}.`, {
      details: { fields: foreign, operation },
    })
  }
  const missing = needs.find((field) => args[field] === undefined)
  if (missing !== undefined) throw invalidField(missing, `is required for operation "${operation}"`)
  if (operation === 'update' && given.every((field) => field === 'task_id' || field === 'expected_version'))
    throw new AppError('invalid_request', 'operation "update" needs at least one field to change, for example status or note.')
}

/** The value of a field that `requireOperationFields` has found. */
export function required<T>(value: T | undefined, field: TaskField): T {
  if (value === undefined) throw invalidField(field, 'is required')
  return value
}

import { z } from 'zod'
import {
  agentIdSchema,
  cursorSchema,
  instantSchema,
  jsonValueSchema,
  limitSchema,
  lineSchema,
  namespaceSchema,
  taskIdSchema,
  textSchema,
  timeExpressionSchema,
} from '../fields.ts'
import { LIMITS } from '../protocol.ts'
import { taskPrioritySchema, taskSchema, taskStatusSchema } from '../task.ts'
import { NO_TRACE, READ_ONLY, toolContract } from './tool-contract.ts'

const taskOperationSchema = z.enum(['create', 'get', 'update', 'assign', 'complete', 'fail', 'cancel', 'delete'])
export type TaskOperation = z.infer<typeof taskOperationSchema>

const manageTaskInput = z.strictObject({
  operation: taskOperationSchema,
  task_id: taskIdSchema.optional().describe('All but create.'),
  title: lineSchema(LIMITS.taskTitleCharacters).optional(),
  description: textSchema(LIMITS.taskDescriptionCharacters).optional(),
  type: lineSchema(LIMITS.taskTypeCharacters).optional(),
  priority: taskPrioritySchema.optional(),
  status: taskStatusSchema.optional().describe('update: in_progress starts and claims it, pending gives it back or retries it.'),
  progress: z.number().int('must be a whole number').min(0, 'must be 0 or more').max(100, 'must be 100 or less').optional(),
  assigned_agent_id: agentIdSchema.optional().describe('create, assign.'),
  namespace: namespaceSchema.optional().describe('create: yours when absent; only an admin may name another.'),
  dependencies: z
    .array(taskIdSchema)
    .max(LIMITS.taskDependencies, `must hold at most ${LIMITS.taskDependencies} tasks`)
    .optional()
    .describe('Tasks to be completed first.'),
  due_at: instantSchema.nullable().optional().describe('null: no longer due.'),
  result: jsonValueSchema.optional().describe('complete: any JSON.'),
  error: textSchema(LIMITS.taskErrorCharacters).optional().describe('fail: what went wrong.'),
  note: textSchema(LIMITS.taskNoteCharacters).optional().describe('Added to the notes.'),
  expected_version: z.number().int().min(1).optional().describe('Fail if it has changed since.'),
})

export type TaskField = keyof z.infer<typeof manageTaskInput>

const EDITED: readonly TaskField[] = ['title', 'description', 'type', 'priority', 'dependencies', 'due_at', 'note']
/** What each operation of manage_task takes, besides the operation itself; and which of that it cannot do without. */
export const TASK_OPERATIONS: Readonly<
  Record<TaskOperation, { readonly takes: readonly TaskField[]; readonly needs: readonly TaskField[] }>
> = {
  create: { takes: [...EDITED, 'assigned_agent_id', 'namespace'], needs: ['title'] },
  get: { takes: ['task_id'], needs: ['task_id'] },
  update: { takes: ['task_id', ...EDITED, 'status', 'progress', 'result', 'error', 'expected_version'], needs: ['task_id'] },
  assign: { takes: ['task_id', 'assigned_agent_id', 'note', 'expected_version'], needs: ['task_id', 'assigned_agent_id'] },
  complete: { takes: ['task_id', 'result', 'note', 'expected_version'], needs: ['task_id'] },
  fail: { takes: ['task_id', 'error', 'note', 'expected_version'], needs: ['task_id', 'error'] },
  cancel: { takes: ['task_id', 'note', 'expected_version'], needs: ['task_id'] },
  delete: { takes: ['task_id', 'expected_version'], needs: ['task_id'] },
}

export const manageTask = toolContract({
  name: 'manage_task',
  title: 'Manage a task',
  description:
    'Makes, reads, changes, hands over and ends tasks that the agents of your namespace share. Start one with update and status in_progress: it is then yours; end it with complete or fail. ' +
    'A task with open dependencies is blocked, and released when the last is completed. ' +
    'Example: {"operation": "create", "title": "Write the release notes", "priority": "high"} or {"operation": "update", "task_id": "0199…", "status": "in_progress"}',
  family: 'task',
  profile: 'standard',
  input: manageTaskInput,
  output: z.object({
    task: taskSchema,
    deleted: z.boolean().optional(),
    released: z.array(taskIdSchema).optional().describe('Tasks that waited for this one and can start now.'),
  }),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  audit: {
    effect: 'changes',
    object: 'task',
    argument: 'task_id',
    answer: 'task.id',
    harmless: ['get'],
    facts: ['status', 'assigned_agent_id'],
  },
})

export const listTasks = toolContract({
  name: 'list_tasks',
  title: 'List tasks',
  description:
    'Pages through the tasks you may see. Use it to find work (ready: true), what was given to you (assigned_agent_id), or what is late (due_before: "now"). ' +
    'Example: {"ready": true, "sort": "priority"}',
  family: 'task',
  profile: 'standard',
  input: z.strictObject({
    status: z.array(taskStatusSchema).max(6).optional().describe('Any of these.'),
    priority: taskPrioritySchema.optional(),
    assigned_agent_id: agentIdSchema.optional(),
    created_by: agentIdSchema.optional(),
    namespace: namespaceSchema.optional(),
    due_before: timeExpressionSchema.optional(),
    ready: z.boolean().default(false).describe('true: only what can be started.'),
    sort: z.enum(['newest', 'oldest', 'updated', 'due', 'priority']).default('newest'),
    limit: limitSchema(20),
    cursor: cursorSchema.optional(),
  }),
  output: z.object({ tasks: z.array(taskSchema), total: z.number().int(), next_cursor: z.string().optional() }),
  annotations: READ_ONLY,
  audit: NO_TRACE,
})

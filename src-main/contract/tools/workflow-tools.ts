import { z } from 'zod'
import { contextSchema, cursorSchema, limitSchema, lineSchema, namespaceSchema, textSchema, workflowIdSchema } from '../fields.ts'
import { LIMITS } from '../protocol.ts'
import {
  executionSchema,
  executionStatusSchema,
  executionSummarySchema,
  scheduleSchema,
  workflowDescriptionSchema,
  workflowNameSchema,
  workflowSchema,
  workflowStepSchema,
} from '../workflow.ts'
import { NO_TRACE, READ_ONLY, SETS, toolContract } from './tool-contract.ts'

const workflowOperationSchema = z.enum(['create', 'get', 'update', 'delete', 'list'])
export type WorkflowOperation = z.infer<typeof workflowOperationSchema>

/** Workflows that ship with the server, to start from. */
export const WORKFLOW_EXAMPLES = ['daily-digest', 'stale-review', 'hand-over'] as const
export type WorkflowExample = (typeof WORKFLOW_EXAMPLES)[number]

const manageWorkflowInput = z.strictObject({
  operation: workflowOperationSchema,
  workflow_id: workflowIdSchema.optional().describe('get, update, delete.'),
  name: workflowNameSchema.optional().describe('Unique in your namespace.'),
  description: workflowDescriptionSchema.optional(),
  steps: z
    .array(workflowStepSchema)
    .min(1, 'must hold at least one step')
    .max(LIMITS.workflowSteps, `must hold at most ${LIMITS.workflowSteps} steps`)
    .optional(),
  schedule: scheduleSchema.nullable().optional().describe('When it starts by itself, as its maker. null: no longer.'),
  example: z.enum(WORKFLOW_EXAMPLES).optional().describe('create: start from a workflow that ships with the server.'),
  expected_version: z.number().int().min(1).optional().describe('Fail if it has changed since.'),
  namespace: namespaceSchema.optional().describe('list.'),
  limit: limitSchema(20).unwrap().optional().describe('list; 20 when absent.'),
  cursor: cursorSchema.optional().describe('list.'),
})

export type WorkflowField = keyof z.infer<typeof manageWorkflowInput>

/** What each operation of manage_workflow takes, besides the operation itself; and which of that it cannot do without. */
export const WORKFLOW_OPERATIONS: Readonly<
  Record<WorkflowOperation, { readonly takes: readonly WorkflowField[]; readonly needs: readonly WorkflowField[] }>
> = {
  create: { takes: ['name', 'description', 'steps', 'schedule', 'example'], needs: [] },
  get: { takes: ['workflow_id'], needs: ['workflow_id'] },
  update: { takes: ['workflow_id', 'name', 'description', 'steps', 'schedule', 'expected_version'], needs: ['workflow_id'] },
  delete: { takes: ['workflow_id', 'expected_version'], needs: ['workflow_id'] },
  list: { takes: ['namespace', 'limit', 'cursor'], needs: [] },
}

export const manageWorkflow = toolContract({
  name: 'manage_workflow',
  title: 'Manage a workflow',
  description:
    'Makes, reads, changes, lists and deletes workflows: steps that call tools of this server in the order of depends_on, side by side where they can. ' +
    'Templates such as {{input.topic}} and {{steps.find.memories[0].id}} carry values (CEL: map, filter, size, join). A schedule starts it by itself. ' +
    'Example: {"operation": "create", "name": "note-and-task", "steps": [{"id": "note", "tool": "store_memory", "arguments": {"content": "{{input.text}}"}}, ' +
    '{"id": "todo", "tool": "manage_task", "arguments": {"operation": "create", "title": "Follow up on {{steps.note.memory.id}}"}}]} or {"operation": "create", "example": "daily-digest"}',
  family: 'workflow',
  profile: 'standard',
  input: manageWorkflowInput,
  output: z.object({
    workflow: workflowSchema.optional(),
    deleted: z.boolean().optional(),
    workflows: z.array(workflowSchema).optional().describe('list.'),
    total: z.number().int().optional().describe('list.'),
    next_cursor: z.string().optional().describe('list; absent on the last page.'),
  }),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  audit: { effect: 'changes', object: 'workflow', argument: 'workflow_id', answer: 'workflow.id', harmless: ['get', 'list'] },
})

export const executeWorkflow = toolContract({
  name: 'execute_workflow',
  isCostly: true,
  title: 'Execute a workflow',
  description:
    'Starts a workflow, by id or name, as you, and waits for its end, or answers at once with wait: false. The run is durable: it goes on when you go away or the server restarts; ' +
    'get_workflow_status finds it. Example: {"name": "note-and-task", "input": {"text": "The backup tool fails on Postgres 16."}}',
  family: 'workflow',
  profile: 'standard',
  input: z.strictObject({
    workflow_id: workflowIdSchema.optional(),
    name: workflowNameSchema.optional().describe('Instead of workflow_id.'),
    input: contextSchema.default({}).describe('What {{input.path}} means.'),
    wait: z.boolean().default(true),
    wait_seconds: z
      .number('must be a number')
      .min(0, 'must be 0 or more')
      .max(3600, 'must be at most an hour')
      .default(50)
      .describe('How long to wait; a run that takes longer goes on, and is answered as it is.'),
  }),
  output: z.object({ execution: executionSchema }),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  audit: { effect: 'changes', object: 'execution', answer: 'execution.id' },
})

export const getWorkflowStatus = toolContract({
  name: 'get_workflow_status',
  title: 'Get the status of a workflow run',
  description:
    'One run with its steps, outputs, errors and logs; or, without execution_id, your runs, newest first. ' +
    'Example: {"execution_id": "0199…"} or {"status": ["running", "waiting"]}',
  family: 'workflow',
  profile: 'standard',
  input: z.strictObject({
    execution_id: workflowIdSchema.optional(),
    workflow_id: workflowIdSchema.optional().describe('Only runs of this workflow.'),
    status: z.array(executionStatusSchema).max(6).optional().describe('Any of these.'),
    limit: limitSchema(20),
    cursor: cursorSchema.optional(),
  }),
  output: z.object({
    execution: executionSchema.optional(),
    executions: z.array(executionSummarySchema).optional(),
    total: z.number().int().optional(),
    next_cursor: z.string().optional(),
  }),
  annotations: READ_ONLY,
  audit: { effect: 'nothing', object: 'execution', argument: 'execution_id' },
})

export const cancelWorkflow = toolContract({
  name: 'cancel_workflow',
  title: 'Cancel a workflow run',
  description:
    'Stops one of your runs: what runs is told to stop, nothing further starts, and runs that it started are cancelled too. What was done stays done. ' +
    'Example: {"execution_id": "0199…", "reason": "the topic is settled"}',
  family: 'workflow',
  profile: 'standard',
  input: z.strictObject({ execution_id: workflowIdSchema, reason: textSchema(LIMITS.taskNoteCharacters).optional() }),
  output: z.object({ execution: executionSchema }),
  annotations: SETS,
  audit: { effect: 'changes', object: 'execution', argument: 'execution_id' },
})

export const listWorkflowExamples = toolContract({
  name: 'list_workflow_examples',
  title: 'List example workflows',
  description: 'The workflows that ship with the server, with their steps.',
  family: 'workflow',
  profile: 'rest',
  input: z.strictObject({}),
  output: z.object({
    examples: z.array(
      z.object({
        example: lineSchema(64),
        name: z.string(),
        description: z.string(),
        steps: z.array(workflowStepSchema),
        schedule: scheduleSchema.optional(),
        input: z.record(z.string(), z.unknown()).describe('An input to try it with.'),
      }),
    ),
  }),
  annotations: READ_ONLY,
  audit: NO_TRACE,
})

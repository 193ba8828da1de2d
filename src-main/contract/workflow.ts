import { z } from 'zod'
import { agentIdSchema, contextSchema, instantSchema, lineSchema, namespaceSchema, textSchema, workflowIdSchema } from './fields.ts'
import { LIMITS } from './protocol.ts'

/** Names in templates: `{{steps.ID.path}}`. */
const stepIdSchema = z
  .string()
  .max(LIMITS.idCharacters, `must have at most ${LIMITS.idCharacters} characters`)
  .regex(/^[A-Za-z_][A-Za-z0-9_-]*$/, 'must start with a letter or _ and hold only letters, digits, _ and -')

const stepIdsSchema = z.array(stepIdSchema).max(LIMITS.stepDependencies, `must hold at most ${LIMITS.stepDependencies} steps`)

export const conditionSchema = lineSchema(LIMITS.expressionCharacters).describe(
  'A condition in CEL, for example "steps.find.count > 0 && input.mode == \'full\'".',
)

/** What a `wait` step takes: a pause, or a time to wait for. */
export const waitArgumentsSchema = z.strictObject({
  seconds: z
    .number('must be a number')
    .min(0, 'must be 0 or more')
    .max(30 * 86_400, 'must be at most 30 days')
    .optional(),
  until: instantSchema.optional(),
})

/** What a `branch` step takes: the steps of the first case whose condition holds run, those of the other cases are skipped. */
export const branchArgumentsSchema = z.strictObject({
  cases: z
    .array(z.strictObject({ when: conditionSchema, then: stepIdsSchema }))
    .min(1, 'must hold at least one case')
    .max(50),
  else: stepIdsSchema.default([]),
})

/** Steps that the engine does itself; every other `tool` is one that is registered. */
export const CONTROL_STEPS = ['wait', 'branch'] as const
export type ControlStep = (typeof CONTROL_STEPS)[number]

export const workflowStepSchema = z.strictObject({
  id: stepIdSchema,
  tool: lineSchema(LIMITS.idCharacters).describe('A tool of this server, or "wait" or "branch".'),
  arguments: contextSchema
    .default({})
    .describe(
      'As the tool takes them; {{input.path}} and {{steps.ID.path}} stand for values. wait: seconds or until. branch: cases, else.',
    ),
  depends_on: stepIdsSchema.default([]).describe('Steps that must end before; a step also waits for those its templates name.'),
  when: conditionSchema.optional().describe('Skip the step unless this CEL condition holds.'),
  timeout_seconds: z
    .number('must be a number')
    .min(0.01, 'must be 0.01 or more')
    .max(86_400, 'must be at most one day')
    .default(300)
    .describe('Of one attempt.'),
  retries: z
    .strictObject({
      max: z.number('must be a whole number').int('must be a whole number').min(0).max(10, 'must be 10 or less'),
      backoff: z
        .number('must be seconds')
        .min(0, 'must be 0 or more')
        .max(3600, 'must be at most an hour')
        .default(1)
        .describe('Seconds before the first new attempt; doubles with each.'),
    })
    .optional(),
  on_error: z.enum(['halt', 'continue']).default('halt').describe('continue: the steps after it run all the same.'),
})
export type WorkflowStep = z.output<typeof workflowStepSchema>
export type WorkflowStepInput = z.input<typeof workflowStepSchema>

/** When a workflow starts by itself. */
export const scheduleSchema = z.strictObject({
  cron: lineSchema(100).optional().describe('Five fields: minute, hour, day of month, month, day of week, for example "0 8 * * 1-5".'),
  every_seconds: z
    .number('must be a whole number')
    .int('must be a whole number')
    .min(1, 'must be 1 or more')
    .max(366 * 86_400, 'must be at most a year')
    .optional(),
  timezone: lineSchema(64).optional().describe('IANA name for cron, for example "Europe/Berlin"; the zone of the machine when absent.'),
  input: contextSchema.default({}).describe('The input of each run.'),
  enabled: z.boolean().default(true),
})
export type Schedule = z.output<typeof scheduleSchema>

/** A program of steps that the agents of a namespace share. Only its maker and the person change it; whoever runs it runs it as itself. */
export const workflowSchema = z.object({
  id: workflowIdSchema,
  name: z.string(),
  description: z.string().optional(),
  steps: z.array(workflowStepSchema),
  schedule: scheduleSchema.optional(),
  next_run_at: instantSchema.optional().describe('When its schedule starts it next.'),
  last_run_at: instantSchema.optional().describe('When its schedule started it last.'),
  version: z.number().int(),
  created_by: agentIdSchema,
  namespace: namespaceSchema,
  created_at: instantSchema,
  updated_at: instantSchema,
})
export type Workflow = z.infer<typeof workflowSchema>

export const executionStatusSchema = z.enum(['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled'])
export type ExecutionStatus = z.infer<typeof executionStatusSchema>
/** States that an execution does not leave. */
export const ENDED_STATES: readonly (ExecutionStatus | 'skipped')[] = ['completed', 'failed', 'cancelled', 'skipped']

export const stepStatusSchema = z.enum([...executionStatusSchema.options, 'skipped'])
export type StepStatus = z.infer<typeof stepStatusSchema>

export const runErrorSchema = z.object({ code: z.string(), message: z.string(), step_id: z.string().optional() })
export type RunError = z.infer<typeof runErrorSchema>

export const stepRunSchema = z.object({
  id: z.string(),
  tool: z.string(),
  status: stepStatusSchema.describe('waiting: for a time, or for its next attempt; skipped: its condition or branch did not choose it.'),
  attempts: z.number().int(),
  input: z.record(z.string(), z.unknown()).optional().describe('Its arguments, templates filled in.'),
  output: z.unknown().optional(),
  output_truncated: z.boolean().optional().describe('The output was over the limit: `output` holds its beginning as text.'),
  error: runErrorSchema.optional(),
  logs: z.array(z.object({ at: instantSchema, message: z.string() })),
  started_at: instantSchema.optional(),
  completed_at: instantSchema.optional(),
  wake_at: instantSchema.optional().describe('Until when it waits.'),
})
export type StepRun = z.infer<typeof stepRunSchema>

/** One run of a workflow. Its inputs and outputs may hold what only its agent may see: nobody else but the person sees it. */
export const executionSchema = z.object({
  id: workflowIdSchema,
  workflow_id: workflowIdSchema,
  workflow_name: z.string(),
  workflow_version: z.number().int(),
  status: executionStatusSchema.describe('waiting: nothing runs, but a step waits for its time.'),
  trigger: z.enum(['call', 'schedule', 'workflow']).describe('Who started it: a caller, its schedule, or a step of another run.'),
  agent_id: agentIdSchema,
  namespace: namespaceSchema,
  input: z.record(z.string(), z.unknown()),
  output: z.record(z.string(), z.unknown()).optional().describe('By step id, of the steps that no other waited for.'),
  output_truncated: z.boolean().optional().describe('The output was over the limit and is cut.'),
  error: runErrorSchema.optional(),
  depth: z.number().int().describe('0, or one more than the run that started it.'),
  parent_execution_id: workflowIdSchema.optional(),
  root_execution_id: workflowIdSchema,
  created_at: instantSchema,
  started_at: instantSchema.optional(),
  completed_at: instantSchema.optional(),
  steps: z.array(stepRunSchema),
})
export type Execution = z.infer<typeof executionSchema>

/** A run in a list: without inputs, outputs and steps. */
export const executionSummarySchema = executionSchema.omit({ input: true, output: true, output_truncated: true, steps: true })
export type ExecutionSummary = z.infer<typeof executionSummarySchema>

export const workflowNameSchema = lineSchema(LIMITS.workflowNameCharacters)
export const workflowDescriptionSchema = textSchema(LIMITS.workflowDescriptionCharacters)

import { z } from 'zod'
import { agentIdSchema, instantSchema, namespaceSchema, taskIdSchema } from './fields.ts'

export const taskStatusSchema = z.enum(['pending', 'in_progress', 'blocked', 'completed', 'failed', 'cancelled'])
export type TaskStatus = z.infer<typeof taskStatusSchema>

/** Least to most urgent. */
export const taskPrioritySchema = z.enum(['low', 'medium', 'high', 'critical'])
export type TaskPriority = z.infer<typeof taskPrioritySchema>

export const taskNoteSchema = z.object({ at: instantSchema, by: z.string(), text: z.string() })
export type TaskNote = z.infer<typeof taskNoteSchema>

/** A piece of work that agents of a namespace share. Every change raises `version`. */
export const taskSchema = z.object({
  id: taskIdSchema,
  title: z.string(),
  description: z.string().optional(),
  type: z.string(),
  status: taskStatusSchema.describe('blocked: it waits for its dependencies.'),
  priority: taskPrioritySchema,
  progress: z.number().int().min(0).max(100),
  created_by: agentIdSchema,
  assigned_agent_id: agentIdSchema.optional(),
  dependencies: z.array(taskIdSchema).describe('Tasks that must be completed first.'),
  namespace: namespaceSchema,
  due_at: instantSchema.optional(),
  result: z.unknown().optional(),
  error: z.string().optional().describe('Why it failed.'),
  notes: z.array(taskNoteSchema),
  retry_count: z.number().int(),
  version: z.number().int(),
  created_at: instantSchema,
  updated_at: instantSchema,
  started_at: instantSchema.optional(),
  completed_at: instantSchema.optional(),
})
export type Task = z.infer<typeof taskSchema>

/** Where a caller may take a task from each state. Blocking and releasing are the server's own: they follow the dependencies. */
export const TASK_TRANSITIONS: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  pending: ['in_progress', 'completed', 'failed', 'cancelled'],
  blocked: ['cancelled'],
  in_progress: ['pending', 'completed', 'failed', 'cancelled'],
  failed: ['pending', 'in_progress', 'cancelled'],
  completed: [],
  cancelled: ['pending'],
}

import { stepsOf } from './example-workflow.ts'
import type { ExampleWorkflow } from './example-workflow.ts'

/** Makes a task of what has not been looked at for long, so that somebody decides what becomes of it. */
export const staleReview: ExampleWorkflow = {
  name: 'stale-review',
  description:
    'Finds old memories of yours that hardly anybody has read and makes a task to review them: keep, correct or retire. Changes no memory. Input: before (default "90 days ago"), assign_to (an agent).',
  schedule: { cron: '0 9 1 * *', input: {}, enabled: true },
  input: { before: '90 days ago' },
  steps: stepsOf([
    {
      id: 'old',
      tool: 'list_memories',
      arguments: { until: '{{input.?before.orValue("90 days ago")}}', sort: 'oldest', limit: 100, pinned: false },
    },
    {
      id: 'decide',
      tool: 'branch',
      arguments: { cases: [{ when: 'steps.old.memories.exists(m, m.access_count < 2)', then: ['review'] }] },
    },
    {
      id: 'review',
      tool: 'manage_task',
      arguments: {
        operation: 'create',
        title:
          'Review {{size(steps.old.memories.filter(m, m.access_count < 2))}} memories from before {{input.?before.orValue("90 days ago")}}',
        type: 'review',
        priority: 'low',
        description:
          'Hardly read since they were stored. For each: keep it, correct it (update_memory), or retire it (delete_memory; restore_memory brings it back).\n\n' +
          '{{steps.old.memories.filter(m, m.access_count < 2).map(m, m.id + ": " + (m.content.size() > 100 ? m.content.substring(0, 100) + "…" : m.content)).join("\\n")}}',
      },
    },
    {
      id: 'assign',
      tool: 'manage_task',
      when: 'has(input.assign_to)',
      arguments: {
        operation: 'assign',
        task_id: '{{steps.?review.?task.?id.orValue("")}}',
        assigned_agent_id: '{{input.?assign_to.orValue("")}}',
      },
      depends_on: ['review'],
    },
  ]),
}

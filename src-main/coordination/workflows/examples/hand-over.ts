import { stepsOf } from './example-workflow.ts'
import type { ExampleWorkflow } from './example-workflow.ts'

/** Gives work to another agent together with what is known about it. */
export const handOver: ExampleWorkflow = {
  name: 'hand-over',
  description:
    'Hands a topic over to another agent: gathers what you know about it, shares that with the other as one memory, and gives it a task, which it hears of at once. Input: topic, to (an agent), note.',
  input: { topic: 'the Postgres upgrade', to: 'implementer', note: 'Start with the backup tool.' },
  steps: stepsOf([
    { id: 'known', tool: 'semantic_search', arguments: { query: '{{input.topic}}', limit: 10 } },
    {
      id: 'brief',
      tool: 'store_memory',
      arguments: {
        content:
          'Hand-over of "{{input.topic}}" to {{input.to}}. {{input.?note.orValue("")}}\n\nWhat is known:\n' +
          '{{steps.known.count > 0 ? steps.known.memories.map(m, "- " + (m.content.size() > 500 ? m.content.substring(0, 500) + "…" : m.content)).join("\\n") : "- nothing yet"}}',
        tags: ['hand-over'],
        importance: 0.7,
        access_level: 'shared',
        shared_with: [{ agent_id: '{{input.to}}', permission: 'read' }],
      },
    },
    {
      id: 'task',
      tool: 'manage_task',
      arguments: {
        operation: 'create',
        title: 'Take over: {{input.topic}}',
        type: 'hand-over',
        priority: 'high',
        assigned_agent_id: '{{input.to}}',
        description: '{{input.?note.orValue("")}}\n\nThe brief is memory {{steps.brief.memory.id}} (recall_memory).',
      },
    },
  ]),
}

import { stepsOf } from './example-workflow.ts'
import type { ExampleWorkflow } from './example-workflow.ts'

/** Gathers what was stored since yesterday into one memory for the team. */
export const dailyDigest: ExampleWorkflow = {
  name: 'daily-digest',
  description:
    'Gathers the memories that you may see and that came since yesterday into one digest. Input: since (default "yesterday"), access_level of the digest (default "private": it repeats what it gathers).',
  schedule: { cron: '0 8 * * *', input: {}, enabled: true },
  input: { since: 'yesterday' },
  steps: stepsOf([
    {
      id: 'recent',
      tool: 'list_memories',
      arguments: { since: '{{input.?since.orValue("yesterday")}}', sort: 'importance', limit: 50 },
    },
    {
      id: 'fresh',
      tool: 'branch',
      arguments: { cases: [{ when: 'size(steps.recent.memories.filter(m, !("digest" in m.tags))) > 0', then: ['digest'] }] },
    },
    {
      id: 'digest',
      tool: 'store_memory',
      arguments: {
        content:
          'Digest of what came since {{input.?since.orValue("yesterday")}} ({{size(steps.recent.memories.filter(m, !("digest" in m.tags)))}} memories, the most important first):\n' +
          '{{steps.recent.memories.filter(m, !("digest" in m.tags)).map(m, "- " + (m.content.size() > 280 ? m.content.substring(0, 280) + "…" : m.content) + " (" + m.agent_id + ")").join("\\n")}}',
        tags: ['digest'],
        importance: 0.4,
        access_level: '{{input.?access_level.orValue("private")}}',
      },
      depends_on: ['recent'],
    },
  ]),
}

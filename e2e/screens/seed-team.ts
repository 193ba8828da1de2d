import { connectNamedWs } from '../clients/mcp-clients.ts'
import { RestClient } from '../clients/rest-client.ts'
import { call, untilIndexed } from '../clients/tool-calls.ts'
import type { RunningServer } from '../processes/server-process.ts'
import { teamMemories } from './team-memory.ts'

const AT_ONCE = 20

/** Fills a server with the memories, tasks and workflow runs of a team, and waits until all can be found by meaning. */
export async function seedTeam(server: RunningServer, memories: number): Promise<void> {
  const byAgent = Map.groupBy(teamMemories(memories), ({ agentId, namespace }) => `${agentId} ${namespace}`)
  for (const group of byAgent.values()) {
    const { agentId, namespace } = group[0]!
    const client = await connectNamedWs(server, { agentId, namespace })
    for (let from = 0; from < group.length; from += AT_ONCE)
      await Promise.all(group.slice(from, from + AT_ONCE).map(({ input }) => call(client, 'store_memory', input)))
    await untilIndexed(client)
    await client.close()
  }
  await seedLinks(server)
  await seedTasks(server)
  await seedWorkflows(server)
}

/** A few memories that belong together, for the links and their graph. */
async function seedLinks(server: RunningServer): Promise<void> {
  const rest = new RestClient(server.apiUrl, { agentId: 'researcher', namespace: 'shop' })
  const store = async (content: string, links: readonly { to: string; kind: string }[] = []) => {
    const { body } = await rest.post('/memory', { content, links, access_level: 'team', tags: ['checkout'], importance: 0.9 })
    return (body['memory'] as { id: string }).id
  }
  const cause = await store('The checkout timed out on Black Friday: the payment provider answered after nine seconds.')
  const old = await store('Decision: the checkout waits ten seconds for the payment provider.')
  const now = await store('Decision: the checkout waits three seconds, then offers to pay by invoice.', [
    { to: old, kind: 'supersedes' },
    { to: cause, kind: 'relates' },
  ])
  await store('Paying by invoice needs an address check first; the rule is in the contract with the courier.', [
    { to: now, kind: 'part_of' },
  ])
  await store('Support saw fewer tickets in the week after the shorter wait.', [{ to: now, kind: 'causes' }])
}

async function seedTasks(server: RunningServer): Promise<void> {
  const rest = new RestClient(server.apiUrl, { agentId: 'claude-code', namespace: 'shop' })
  const make = async (task: Record<string, unknown>) => {
    const { body } = await rest.post('/tasks', task)
    return (body['task'] as { id: string }).id
  }
  const day = 86_400_000
  const at = (days: number) => new Date(Date.now() + days * day).toISOString()
  const notes = await make({
    title: 'Write the release notes',
    priority: 'high',
    due_at: at(1),
    description: 'What changed for people, not for us.',
  })
  const canary = await make({ title: 'Watch the canary for a day', priority: 'critical', assigned_agent_id: 'release-bot' })
  await make({ title: 'Announce the release', dependencies: [notes, canary], due_at: at(3) })
  const tax = await make({ title: 'Explain the rounding of the tax', priority: 'medium', assigned_agent_id: 'researcher' })
  const coffee = await make({ title: 'Order the good coffee', priority: 'low', due_at: at(-1) })
  const migrate = await make({ title: 'Move the search index to the new cluster', priority: 'high' })
  await make({ title: 'Delete the old search cluster', dependencies: [migrate], priority: 'low' })
  await make({ title: 'Ask three customers about paying by invoice', assigned_agent_id: 'support-desk' })
  await rest.patch(`/tasks/${canary}`, { status: 'in_progress', progress: 40, note: 'Error rate as before; p95 down by 8 ms.' })
  await rest.patch(`/tasks/${notes}`, { status: 'in_progress', progress: 70 })
  await rest.post(`/tasks/${tax}/complete`, { result: { page: 'wiki/tax-rounding' } })
  await rest.post(`/tasks/${coffee}/fail`, { error: 'The supplier is closed until Monday.' })
}

async function seedWorkflows(server: RunningServer): Promise<void> {
  const rest = new RestClient(server.apiUrl, { agentId: 'researcher', namespace: 'shop' })
  for (const example of ['daily-digest', 'stale-review', 'hand-over']) await rest.post('/workflows', { example })
  const { body } = await rest.post('/workflows', {
    name: 'weekly-review',
    description: 'Finds what was decided, notes it, and makes a task to check it.',
    steps: [
      { id: 'decisions', tool: 'semantic_search', arguments: { query: 'decisions of this week', limit: 5 } },
      { id: 'bugs', tool: 'semantic_search', arguments: { query: 'bugs found', limit: 5 } },
      {
        id: 'note',
        tool: 'store_memory',
        arguments: { content: 'Weekly review: {{steps.decisions.count}} decisions, {{steps.bugs.count}} bugs.', access_level: 'team' },
      },
      { id: 'pause', tool: 'wait', arguments: { seconds: 1 }, depends_on: ['note'] },
      {
        id: 'check',
        tool: 'manage_task',
        arguments: { operation: 'create', title: 'Check the weekly review {{steps.note.memory.id}}' },
        depends_on: ['pause'],
      },
    ],
  })
  const { id } = body['workflow'] as { id: string }
  await rest.post(`/workflows/${id}/execute`, { wait: true })
}

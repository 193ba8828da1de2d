// `npm run bench:coordination`: how soon a task that is handed over is heard of, and what workflows cost, beside plain calls of the same run.
import { BenchServer } from './lib/bench-server.ts'
import { numberFlag, report } from './lib/report.ts'
import type { Row } from './lib/report.ts'
import { RpcClient } from './lib/rpc-client.ts'
import { series, summarize } from './lib/statistics.ts'

const handOvers = numberFlag('hand-overs', 300)
const runs = numberFlag('runs', 50)
const STEPS = 20

const server = await BenchServer.start({ TMWS_WORKFLOW_MAX_TOTAL_STEPS: '1000000' })
const rows: Row[] = []
const add = (what: string, values: readonly number[], aim?: number): void =>
  void rows.push({ what, unit: 'ms', summary: summarize(values), ...(aim !== undefined && { aim }) })
try {
  const lead = await RpcClient.connectMcp(server.wsUrl, 'lead')
  const worker = await RpcClient.connectMcp(server.wsUrl, 'worker')
  const { task } = (await lead.tool('manage_task', { operation: 'create', title: 'Write it down' })) as { task: { id: string } }
  const assign = (to: string) => lead.tool('manage_task', { operation: 'assign', task_id: task.id, assigned_agent_id: to })
  add('manage_task assign', await series(handOvers, () => assign('lead')))
  const heard = await series(handOvers, async () => {
    const notice = worker.heard('task_assigned')
    await Promise.all([assign('worker'), notice])
  })
  add('hand-over: from the call until the other has heard', heard, 100)

  const note = { tool: 'store_memory', arguments: { content: '{{input.run}} {{input.run}}' } }
  const look = (id: string, after: string[] = []) => ({ id, tool: 'list_tasks', arguments: { limit: 1 }, depends_on: after })
  const chain = Array.from({ length: STEPS }, (_, index) => look(`s${index}`, index === 0 ? [] : [`s${index - 1}`]))
  const fan = [...Array.from({ length: STEPS - 1 }, (_, index) => look(`s${index}`)), look('end', ['s0', 's1'])]
  for (const [name, steps] of [
    ['one', [{ id: 'note', ...note }]],
    ['chain', chain],
    ['fan', fan],
  ] as const)
    await lead.tool('manage_workflow', { operation: 'create', name, steps })
  let run = 0
  const execute = (name: string) => lead.tool('execute_workflow', { name, input: { run: `run ${(run += 1)}` } })
  add('list_tasks, a plain call', await series(runs, () => lead.tool('list_tasks', { limit: 1 })))
  add('workflow of 1 step', await series(runs, () => execute('one')))
  add(`workflow of ${STEPS} steps, one after the other`, await series(runs, () => execute('chain')))
  add(`workflow of ${STEPS} steps, side by side`, await series(runs, () => execute('fan')))
  lead.close()
  worker.close()
  report('coordination', rows, { hand_overs: handOvers, runs })
} finally {
  await server.stop()
}

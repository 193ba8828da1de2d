import type { Memory } from '../src-main/contract/memory.ts'
import type { Task } from '../src-main/contract/task.ts'
import type { Execution, WorkflowStepInput } from '../src-main/contract/workflow.ts'
import { connectBridge, connectModernHttp, connectNamedWs } from './clients/mcp-clients.ts'
import { RawSocket } from './clients/raw-socket.ts'
import { RestClient } from './clients/rest-client.ts'
import { call } from './clients/tool-calls.ts'
import { expect, test } from './fixtures.ts'
import { until } from './processes/until.ts'
import type { RunningServer } from './processes/server-process.ts'

const BRANCHES = 4

/** 20 steps: four branches side by side, each of a note, a pause, a task, a look and a second note. None of the writes may come twice. */
const TWENTY_STEPS: WorkflowStepInput[] = Array.from({ length: BRANCHES }, (_, branch): WorkflowStepInput[] => {
  const id = (name: string): string => `${name}${branch}`
  return [
    { id: id('note'), tool: 'store_memory', arguments: { content: `{{input.run}}: first note of branch ${branch}` } },
    { id: id('pause'), tool: 'wait', arguments: { seconds: 0.15 + branch * 0.05 }, depends_on: [id('note')] },
    {
      id: id('task'),
      tool: 'manage_task',
      arguments: { operation: 'create', title: `{{input.run}}: task of {{steps.${id('note')}.memory.id}}` },
      depends_on: [id('pause')],
    },
    { id: id('look'), tool: 'list_tasks', arguments: { status: ['pending'] }, depends_on: [id('task')] },
    { id: id('end'), tool: 'store_memory', arguments: { content: `{{input.run}}: last note of {{steps.${id('task')}.task.id}}` } },
  ]
}).flat()

const asAlice = (server: RunningServer): RestClient => new RestClient(server.apiUrl, { agentId: 'wf-alice', namespace: 'wf-team' })

async function statusOf(server: RunningServer, id: string): Promise<Execution> {
  return (await asAlice(server).get(`/executions/${id}`)).body['execution'] as Execution // the contract of the path
}

function ended(server: RunningServer, id: string, withinMs = 30_000): Promise<Execution> {
  return until(
    'the run to end',
    async () => {
      const execution = await statusOf(server, id)
      return execution.completed_at === undefined ? undefined : execution
    },
    withinMs,
  )
}

for (const seed of [1, 2, 3]) {
  test(
    `a workflow of 20 steps survives kill -9 at three moments (seed ${seed}), and does no step twice`,
    { tag: '@stores' },
    async ({ makePlace }) => {
      const place = makePlace()
      let server = await place.start({ env: { TMWS_EMBEDDING_PROVIDER: 'off' } })
      const made = await asAlice(server).post('/workflows', { name: 'twenty', steps: TWENTY_STEPS })
      expect(made.status, made.text).toBe(201)
      const { id: workflowId } = made.body['workflow'] as { id: string } // as above
      const begun = await asAlice(server).post(`/workflows/${workflowId}/execute`, { input: { run: `seed ${seed}` }, wait: false })
      const { id } = begun.body['execution'] as { id: string } // as above
      for (let kills = 0; kills < 3; kills += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20 + ((seed * 7919 + kills * 104_729) % 160)))
        await server.kill()
        server = await place.start({ env: { TMWS_EMBEDDING_PROVIDER: 'off' } })
      }
      const run = await ended(server, id)
      expect(run, JSON.stringify(run.error)).toMatchObject({ status: 'completed' })
      expect(run.steps.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'completed'))
      const memories = (await asAlice(server).get('/memory?limit=100')).body['memories'] as Memory[]
      const tasks = (await asAlice(server).get('/tasks?limit=100')).body['tasks'] as Task[]
      expect([memories.length, new Set(memories.map(({ content }) => content)).size]).toEqual([BRANCHES * 2, BRANCHES * 2])
      expect([tasks.length, new Set(tasks.map(({ title }) => title)).size]).toEqual([BRANCHES, BRANCHES])
    },
  )
}

test(
  'a schedule starts runs by itself, once for the time that nobody was there, and stops when told',
  { tag: '@stores' },
  async ({ makePlace }) => {
    const place = makePlace()
    let server = await place.start({ env: { TMWS_EMBEDDING_PROVIDER: 'off' } })
    const steps = [{ id: 'note', tool: 'store_memory', arguments: { content: '{{input.text}}' } }]
    const made = await asAlice(server).post('/workflows', { name: 'tick', steps, schedule: { every_seconds: 1, input: { text: 'tick' } } })
    const { id } = made.body['workflow'] as { id: string } // as above
    const runs = async (): Promise<{ trigger: string; status: string; created_at: string }[]> =>
      (await asAlice(server).get(`/workflows/${id}/executions?limit=100`)).body['executions'] as Awaited<ReturnType<typeof runs>>
    await until('two runs to come', async () => (await runs()).length >= 2, 10_000)
    await server.stop()
    const before = Date.now()
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    server = await place.start({ env: { TMWS_EMBEDDING_PROVIDER: 'off' } })
    await until('the schedule to go on', async () => (await runs()).some(({ created_at: at }) => Date.parse(at) > before), 10_000)
    await asAlice(server).patch(`/workflows/${id}`, { schedule: null })
    const all = await runs()
    const missed = all.filter(({ created_at: at }) => Date.parse(at) > before && Date.parse(at) < before + 2_500)
    expect(missed).toEqual([])
    expect(new Set(all.map(({ trigger }) => trigger))).toEqual(new Set(['schedule']))
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect((await runs()).length).toBe(all.length)
  },
)

test('clients that ask for it hear how far a run is, on every wire', async ({ sharedServer: server, closing }) => {
  const steps = [0, 1, 2, 3].map((index) => ({
    id: `s${index}`,
    tool: 'wait',
    arguments: { seconds: 0.05 },
    depends_on: index === 0 ? [] : [`s${index - 1}`],
  }))
  const identity = { agentId: 'wf-watcher', namespace: 'wf-watch' }
  const socket = closing(await connectNamedWs(server, identity))
  await call(socket, 'manage_workflow', { operation: 'create', name: 'slow', steps })
  const bridge = closing(await connectBridge(server, identity))
  const http = closing(await connectModernHttp(server, 'auto', identity))
  const request = { name: 'execute_workflow', arguments: { name: 'slow' } }
  for (const [wire, run] of [
    [
      'WebSocket',
      (onprogress: (progress: { progress: number; total?: number | undefined }) => void) =>
        socket.callTool(request, undefined, { onprogress }),
    ],
    ['bridge', (onprogress) => bridge.callTool(request, undefined, { onprogress })],
    ['/mcp', (onprogress) => http.callTool(request, { onprogress })],
  ] as const satisfies readonly (readonly [
    string,
    (heard: (progress: { progress: number; total?: number | undefined }) => void) => Promise<unknown>,
  ])[]) {
    const heard: number[] = []
    const answer = await run(({ progress, total }) => {
      expect(total).toBe(4)
      heard.push(progress)
    })
    expect([wire, answer]).toMatchObject([wire, { structuredContent: { execution: { status: 'completed' } } }])
    expect([wire, heard.length > 2, heard.toSorted((a, b) => a - b)]).toEqual([wire, true, heard])
  }
})

test('the feed tells an agent of its own runs, step by step', { tag: '@stores' }, async ({ sharedServer: server, closing }) => {
  const headers = { 'X-Agent-ID': 'wf-teller', 'X-Agent-Namespace': 'wf-tell' }
  const eventsUrl = `${server.apiUrl.replace('http', 'ws')}/api/v1/events`
  const mine = closing(await RawSocket.open(eventsUrl, headers))
  const other = closing(await RawSocket.open(eventsUrl, { ...headers, 'X-Agent-ID': 'wf-other' }))
  const rest = new RestClient(server.apiUrl, { agentId: 'wf-teller', namespace: 'wf-tell' })
  await rest.post('/workflows', { name: 'told', steps: [{ id: 'only', tool: 'list_tasks' }] })
  await rest.post('/workflows/execute', { name: 'told' })
  const eventsOf = (socket: RawSocket): Record<string, unknown>[] =>
    socket.frames.map((frame) => JSON.parse(frame) as Record<string, unknown>)
  const typesOf = (socket: RawSocket): unknown[] => eventsOf(socket).map(({ type }) => type)
  await until('the end of the run to be told', () => typesOf(mine).includes('execution-completed'), 5_000)
  const told = eventsOf(mine).flatMap(({ type, status }) => (type === 'step-changed' ? [status] : []))
  expect(told).toEqual(['running', 'completed'])
  expect(typesOf(mine)).toEqual(expect.arrayContaining(['workflow-created', 'execution-queued', 'execution-started']))
  expect(typesOf(other)).toContain('workflow-created')
  expect(typesOf(other).filter((type) => String(type).startsWith('execution') || type === 'step-changed')).toEqual([])
})

test('what no run could do is refused with the step, the field and what is allowed', async ({ sharedServer: server }) => {
  const rest = new RestClient(server.apiUrl, { agentId: 'wf-wrong', namespace: 'wf-wrong' })
  const look = { id: 'look', tool: 'list_memories' }
  const refusals: [unknown, RegExp][] = [
    [{ name: 'x' }, /^steps is required for operation "create"/],
    [{ name: 'x', steps: [] }, /^steps must hold at least one step/],
    [{ steps: [look] }, /^name is required/],
    [
      { name: 'x', steps: [{ id: 'a', tool: 'frobnicate' }] },
      /^steps\.a\.tool is "frobnicate", which is no tool; it must be one of store_memory,.* wait, branch\.$/,
    ],
    [{ name: 'x', steps: [{ id: 'a', tool: 'list_tags' }] }, /which is no tool/],
    [{ name: 'x', steps: [{ id: 'a b', tool: 'wait' }] }, /^steps\[0\]\.id must start with a letter/],
    [{ name: 'x', steps: [{ ...look, colour: 'red' }] }, /^Unknown field "colour" in steps\[0\]/],
    [{ name: 'x', steps: [{ ...look, arguments: { limits: 3 } }] }, /^steps\.look\.arguments\.limits is not an argument of list_memories/],
    [
      { name: 'x', steps: [{ ...look, arguments: { limit: 0 } }] },
      /^steps\.look\.arguments\.limit does not suit list_memories: must be 1 or more/,
    ],
    [{ name: 'x', steps: [{ id: 'a', tool: 'store_memory' }] }, /^steps\.a\.arguments\.content does not suit store_memory: it is required/],
    [{ name: 'x', steps: [{ ...look, arguments: { tags: ['{{steps.look'] } }] }, /has a \{\{ without \}\}/],
    [{ name: 'x', steps: [{ ...look, when: 'input.x >' }] }, /^steps\.look\.when: "input\.x >" is not an expression/],
    [{ name: 'x', steps: [look, look] }, /"look" is there twice/],
    [{ name: 'x', steps: [{ ...look, depends_on: ['gone'] }] }, /waits for or reads "gone"/],
    [{ name: 'x', steps: [{ ...look, depends_on: ['look'] }] }, /in a circle: look -> look/],
    [{ name: 'x', steps: [{ ...look, when: '1 == 2' }] }, /steps\.look is unreachable/],
    [{ name: 'x', steps: [{ id: 'w', tool: 'wait', arguments: {} }] }, /must hold either seconds or until/],
    [{ name: 'x', steps: [{ ...look, retries: { max: 11 } }] }, /retries\.max must be 10 or less/],
    [{ name: 'x', steps: [look], schedule: { cron: 'often' } }, /^schedule\.cron must be five cron fields/],
    [{ name: 'x', steps: [look], schedule: {} }, /^schedule needs either cron or every_seconds/],
    [{ name: 'x', steps: [look], workflow_id: '01990000-0000-7000-8000-000000000000' }, /^operation "create" does not take workflow_id/],
    [{ example: 'unknown' }, /^example is not valid.*daily-digest/],
  ]
  for (const [body, sentence] of refusals) {
    const { status, text, body: answer } = await rest.post('/workflows', body)
    expect([JSON.stringify(body), status, text]).toEqual([JSON.stringify(body), 400, text])
    expect((answer['error'] as { message: string }).message).toMatch(sentence)
  }
  expect((await rest.get('/workflows')).body).toEqual({ workflows: [], total: 0 })
  expect((await rest.post('/workflows/execute', { name: 'gone' })).status).toBe(404)
  expect((await rest.post('/workflows/execute', {})).text).toContain('workflow_id or name is required')
  expect((await rest.post('/workflows', { name: 'x', steps: [look] })).status).toBe(201)
  expect((await rest.post('/workflows', { name: 'x', steps: [look] })).text).toContain(
    'there is a workflow \\"x\\" in this namespace already',
  )
})

test('the examples that ship do what they say', { tag: '@stores' }, async ({ sharedServer: server, closing }) => {
  const identity = { agentId: 'wf-lead', namespace: 'wf-examples' }
  const rest = new RestClient(server.apiUrl, identity)
  const worker = closing(await RawSocket.open(server.wsUrl, { 'X-Agent-ID': 'wf-worker', 'X-Agent-Namespace': 'wf-examples' }))
  await rest.post('/memory', { content: 'The Postgres upgrade waits for the backup tool.', importance: 0.9 })
  const examples = (await rest.get('/workflows/examples')).body['examples'] as {
    example: string
    name: string
    input: Record<string, unknown>
  }[]
  expect(examples.map(({ example }) => example)).toEqual(['daily-digest', 'stale-review', 'hand-over'])
  const run = async (example: string, input: Record<string, unknown>): Promise<Execution> => {
    expect((await rest.post('/workflows', { example })).status).toBe(201)
    const answer = await rest.post('/workflows/execute', { name: example, input })
    expect(answer.body['execution'], answer.text).toMatchObject({ status: 'completed' })
    return answer.body['execution'] as Execution
  }
  const digest = (await run('daily-digest', {})).steps.at(-1)?.output as { memory: Memory }
  expect(digest.memory).toMatchObject({ tags: ['digest'], access_level: 'private' })
  expect(digest.memory.content).toContain('- The Postgres upgrade waits for the backup tool. (wf-lead)')
  const review = (await run('stale-review', { before: 'now', assign_to: 'wf-worker' })).steps.at(-1)?.output as { task: Task }
  expect(review.task).toMatchObject({ type: 'review', assigned_agent_id: 'wf-worker' })
  const heard = worker.next((message) => message.method === 'task_assigned' && JSON.stringify(message).includes('Take over'))
  await run('hand-over', { topic: 'the Postgres upgrade', to: 'wf-worker', note: 'Start with the backup tool.' })
  const { task } = (await heard).params as { task: Task }
  const briefId = /memory ([0-9a-f-]{36})/.exec(task.description ?? '')?.[1] ?? ''
  const brief = await new RestClient(server.apiUrl, { agentId: 'wf-worker', namespace: 'wf-examples' }).get(`/memory/${briefId}`)
  expect((brief.body['memory'] as Memory).content).toContain('- The Postgres upgrade waits')
})

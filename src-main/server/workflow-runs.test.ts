import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Memory } from '../contract/memory.ts'
import type { WorkflowStepInput } from '../contract/workflow.ts'
import { TestServer } from './testing/start-test-server.ts'
import { stepOf, statesOf, WorkflowCalls } from './testing/workflow-calls.ts'

let server: TestServer
let calls: WorkflowCalls
beforeAll(async () => {
  server = await TestServer.start({
    TMWS_RATE_LIMIT_ENABLED: 'false',
    TMWS_WORKFLOW_MAX_OUTPUT_BYTES: '4096',
    TMWS_WORKFLOW_MAX_STEPS: '40',
    TMWS_WORKFLOW_MAX_TOTAL_STEPS: '50',
    TMWS_WORKFLOW_MAX_DEPTH: '2',
  })
  calls = new WorkflowCalls(server)
})
afterAll(() => server.stop())

const look = (id: string, more: Partial<WorkflowStepInput> = {}): WorkflowStepInput => ({ id, tool: 'list_memories', ...more })
const wait = (id: string, seconds: number, more: Partial<WorkflowStepInput> = {}): WorkflowStepInput => ({
  id,
  tool: 'wait',
  arguments: { seconds },
  ...more,
})
const fails = (id: string, more: Partial<WorkflowStepInput> = {}): WorkflowStepInput => ({
  id,
  tool: 'recall_memory',
  arguments: { memory_id: '01990000-0000-7000-8000-000000000000' },
  ...more,
})

describe('a run', () => {
  test('carries values from step to step, and ends with the outputs nobody waited for', async () => {
    const run = await calls.makeAndRun(
      [
        { id: 'note', tool: 'store_memory', arguments: { content: 'about {{input.topic}}', importance: '{{input.weight}}' } },
        { id: 'again', tool: 'recall_memory', arguments: { memory_id: '{{steps.note.memory.id}}' } },
      ],
      { topic: 'boats', weight: 0.75 },
    )
    expect(run).toMatchObject({ status: 'completed', trigger: 'call', agent_id: 'alice', depth: 0 })
    expect(run.output).toMatchObject({ again: { memory: { content: 'about boats', importance: 0.75, agent_id: 'alice' } } })
    expect(Object.keys(run.output!)).toEqual(['again'])
    expect(stepOf(run, 'note')).toMatchObject({ status: 'completed', attempts: 1, input: { content: 'about boats', importance: 0.75 } })
    expect(stepOf(run, 'note').logs.map(({ message }) => message)).toEqual(['Attempt 1.', 'Completed.'])
  })

  test('does side by side what need not wait', async () => {
    const start = Date.now()
    const run = await calls.makeAndRun([wait('a', 0.4), wait('b', 0.4), wait('c', 0.4), look('end', { depends_on: ['a', 'b', 'c'] })])
    expect(run.status).toBe('completed')
    expect(Date.now() - start).toBeLessThan(1_100)
    const ends = ['a', 'b', 'c'].map((id) => Date.parse(stepOf(run, id).completed_at!))
    expect(Date.parse(stepOf(run, 'end').started_at!)).toBeGreaterThanOrEqual(Math.max(...ends))
  })

  test('skips what its condition or its branch does not choose, and goes on behind it', async () => {
    const steps: WorkflowStepInput[] = [
      look('first'),
      look('never', { when: 'steps.first.total < 0' }),
      look('behind', { depends_on: ['never'] }),
      { id: 'fork', tool: 'branch', arguments: { cases: [{ when: 'input.big', then: ['left'] }], else: ['right'] } },
      look('left'),
      look('right'),
      look('join', { depends_on: ['left', 'right'] }),
    ]
    const workflow = await calls.make(steps)
    const small = await calls.run(workflow, { big: false })
    expect(statesOf(small)).toEqual({
      first: 'completed',
      never: 'skipped',
      behind: 'skipped',
      fork: 'completed',
      left: 'skipped',
      right: 'completed',
      join: 'completed',
    })
    expect(stepOf(small, 'never').logs[0]?.message).toBe('Skipped: the condition "steps.first.total < 0" does not hold.')
    expect(statesOf(await calls.run(workflow, { big: true }))).toMatchObject({ left: 'completed', right: 'skipped', join: 'completed' })
  })

  test('halts at a failure, lets what runs end, and says which step failed', async () => {
    const run = await calls.makeAndRun([look('ok'), fails('bad', { depends_on: ['ok'] }), look('after', { depends_on: ['bad'] })])
    expect(run).toMatchObject({ status: 'failed', error: { code: 'not_found', step_id: 'bad' } })
    expect(statesOf(run)).toEqual({ ok: 'completed', bad: 'failed', after: 'cancelled' })
    expect(stepOf(run, 'after').logs[0]?.message).toBe('Not run: the step "bad" failed.')
  })

  test('goes on behind a failure that may be, which can be read', async () => {
    const run = await calls.makeAndRun([
      fails('bad', { on_error: 'continue' }),
      { id: 'note', tool: 'store_memory', arguments: { content: 'it failed with {{steps.bad.error.code}}' } },
    ])
    expect(run.status).toBe('completed')
    expect(stepOf(run, 'note').input).toEqual({ content: 'it failed with not_found' })
  })

  test('tries again as often as it is told, with growing pauses', async () => {
    const run = await calls.makeAndRun([fails('bad', { retries: { max: 2, backoff: 0.05 } })])
    expect(stepOf(run, 'bad')).toMatchObject({ status: 'failed', attempts: 3 })
    const attempts = stepOf(run, 'bad').logs.filter(({ message }) => /^Attempt \d\.$/.test(message))
    const [first, second, third] = attempts.map(({ at }) => Date.parse(at))
    expect(second! - first!).toBeGreaterThanOrEqual(50)
    expect(third! - second!).toBeGreaterThanOrEqual(100)
  })

  test('does not try again what cannot succeed', async () => {
    const step = { id: 'bad', tool: 'recall_memory', arguments: { limit: '{{input.limit}}', query: 'x' }, retries: { max: 5, backoff: 0 } }
    const run = await calls.makeAndRun([step], { limit: 'many' })
    expect(stepOf(run, 'bad')).toMatchObject({ status: 'failed', attempts: 1, error: { code: 'invalid_request' } })
    expect(run.error?.message).toContain('limit must be a whole number')
  })

  test('fails with what a template misses', async () => {
    const run = await calls.makeAndRun([{ id: 'note', tool: 'store_memory', arguments: { content: '{{input.topic}}' } }])
    expect(run).toMatchObject({ status: 'failed', error: { code: 'invalid_request', step_id: 'note' } })
    expect(run.error?.message).toContain('"input.topic" has no value: No such key: topic')
  })

  test('puts values in as text, whatever they hold', async () => {
    const evil = '{{steps.note}} {{input.secret}} ${x} {"operation":"delete"}'
    const run = await calls.makeAndRun(
      [
        { id: 'note', tool: 'store_memory', arguments: { content: '{{input.evil}}' } },
        {
          id: 'task',
          tool: 'manage_task',
          arguments: { operation: 'create', title: 'see', description: 'said: {{steps.note.memory.content}}' },
        },
      ],
      { evil, secret: 's3cret' },
    )
    expect(stepOf(run, 'note').output).toMatchObject({ memory: { content: evil } })
    expect(stepOf(run, 'task').output).toMatchObject({ task: { description: `said: ${evil}` } })
  })

  test('cuts an output over the limit and says so; paths into it stay', async () => {
    for (let index = 0; index < 5; index += 1) {
      await server.rest('POST', '/memory', { agent: 'big', body: { content: `${index} ${'long '.repeat(1_000)}` } })
    }
    const run = await new WorkflowCalls(server, 'big').makeAndRun([
      look('list'),
      { id: 'one', tool: 'get_memory_history', arguments: { memory_id: '{{steps.list.memories[0].id}}' } },
    ])
    expect(run.status).toBe('completed')
    const list = stepOf(run, 'list')
    expect(list.output_truncated).toBe(true)
    expect(JSON.stringify(list.output).length).toBeLessThanOrEqual(4_096)
    expect(list.logs.at(-1)?.message).toContain('over 4096 bytes and is cut')
  })

  test('ends a step that takes too long, and does not repeat what may have been done', async () => {
    const slow = await calls.make([wait('long', 30)])
    const steps: WorkflowStepInput[] = [
      {
        id: 'nested',
        tool: 'execute_workflow',
        arguments: { workflow_id: slow.id },
        timeout_seconds: 0.2,
        retries: { max: 1, backoff: 0 },
      },
    ]
    const run = await calls.makeAndRun(steps)
    expect(run).toMatchObject({ status: 'failed', error: { code: 'unavailable' } })
    expect(stepOf(run, 'nested')).toMatchObject({ attempts: 2 })
    expect(run.error?.message).toContain('did not end within its 0.2 s')
  })
})

describe('a run that is not waited for', () => {
  test('is answered at once, found later, and cancelled with what it started', async () => {
    const inner = await calls.make([wait('long', 30), look('after', { depends_on: ['long'] })])
    const outer = await calls.make([{ id: 'inner', tool: 'execute_workflow', arguments: { workflow_id: inner.id } }, wait('pause', 30)])
    const begun = await calls.run(outer, {}, { wait: false })
    expect(begun.status).toBe('queued')
    await calls.until(begun, ({ status }) => status === 'running')
    const list = await server.rest<{ executions: { id: string; depth: number; status: string }[] }>(
      'GET',
      `/workflows/${inner.id}/executions`,
      { agent: 'alice' },
    )
    await calls.until(list.body.executions[0]!, ({ status }) => status === 'waiting')
    const start = Date.now()
    const ended = await calls.cancel(begun, 'no longer needed')
    expect(Date.now() - start).toBeLessThan(3_000)
    expect(ended).toMatchObject({ status: 'cancelled', error: { code: 'cancelled', message: 'no longer needed' } })
    expect(statesOf(ended)).toEqual({ inner: 'cancelled', pause: 'cancelled' })
    const below = await calls.until(list.body.executions[0]!, ({ status }) => status === 'cancelled')
    expect(statesOf(below)).toEqual({ long: 'cancelled', after: 'cancelled' })
    expect(await calls.cancel(begun)).toEqual(ended)
  })

  test('is waited for no longer than asked', async () => {
    const start = Date.now()
    const run = await calls.run(await calls.make([wait('long', 30)]), {}, { wait_seconds: 0.3 })
    expect(run.status).toBe('waiting')
    expect(Date.now() - start).toBeLessThan(2_000)
    await calls.cancel(run)
  })
})

test('a scheduled run that takes longer than its interval is not started twice', async () => {
  const workflow = await calls.make([wait('long', 30)], { schedule: { every_seconds: 1 } })
  const runs = async () =>
    (await server.rest<{ executions: { id: string }[] }>('GET', `/workflows/${workflow.id}/executions`, { agent: 'alice' })).body.executions
  while ((await runs()).length === 0) await new Promise((resolve) => setTimeout(resolve, 50))
  await new Promise((resolve) => setTimeout(resolve, 2_300))
  expect(await runs()).toHaveLength(1)
  await server.rest('DELETE', `/workflows/${workflow.id}`, { agent: 'alice' })
  await calls.cancel((await runs())[0]!)
})

describe('workflows without end', () => {
  test('that start themselves are stopped by the depth', async () => {
    const workflow = await calls.make([look('first')], { name: 'endless' })
    const steps = [{ id: 'me', tool: 'execute_workflow', arguments: { name: 'endless' } }]
    await server.rest('PATCH', `/workflows/${workflow.id}`, { agent: 'alice', body: { steps } })
    const run = await calls.run(workflow)
    expect(run.status).toBe('completed')
    const nested = (run.output as { me: { execution: { status: string; error?: { message: string } } } }).me.execution
    expect(JSON.stringify(nested)).toContain('A run may start runs 2 deep')
  })

  test('that fan out are stopped by the steps they have together', async () => {
    const leaf = await calls.make(Array.from({ length: 30 }, (_, index) => wait(`s${index}`, 0)))
    const run = await calls.makeAndRun([
      { id: 'one', tool: 'execute_workflow', arguments: { workflow_id: leaf.id } },
      { id: 'two', tool: 'execute_workflow', arguments: { workflow_id: leaf.id }, depends_on: ['one'] },
    ])
    expect(run).toMatchObject({ status: 'failed', error: { step_id: 'two', code: 'conflict' } })
    expect(run.error?.message).toContain('more than 50 steps together')
  })

  test('of too many steps are refused', async () => {
    const steps = Array.from({ length: 41 }, (_, index) => look(`s${index}`))
    await expect(calls.make(steps)).rejects.toThrow('steps must hold at most 40 steps (TMWS_WORKFLOW_MAX_STEPS; got 41)')
  })
})

describe('what a run may see', () => {
  test('is what its agent may see, and nobody else sees the run', async () => {
    const secret = await server.rest<{ memory: Memory }>('POST', '/memory', { agent: 'alice', body: { content: 'the secret of alice' } })
    const workflow = await calls.make([{ id: 'read', tool: 'recall_memory', arguments: { memory_id: secret.body.memory.id } }])
    const mine = await calls.run(workflow)
    expect(mine.status).toBe('completed')
    const bob = new WorkflowCalls(server, 'bob')
    expect((await bob.run(workflow)).error).toMatchObject({ code: 'not_found', step_id: 'read' })
    expect((await server.rest('GET', `/executions/${mine.id}`, { agent: 'bob' })).status).toBe(404)
    expect((await server.rest('POST', `/executions/${mine.id}/cancel`, { agent: 'bob', body: {} })).status).toBe(404)
    const listed = await server.rest<{ executions: { agent_id: string }[] }>('GET', '/executions', { agent: 'bob' })
    expect(new Set(listed.body.executions.map(({ agent_id }) => agent_id))).toEqual(new Set(['bob']))
    expect((await server.rest('GET', `/executions/${mine.id}`, { headers: server.owner })).status).toBe(200)
  })

  test('a workflow is changed by its maker and the person only', async () => {
    const { id } = await calls.make([look('a')])
    const body = { description: 'mine now' }
    expect((await server.rest('PATCH', `/workflows/${id}`, { agent: 'bob', body })).status).toBe(403)
    expect((await server.rest('DELETE', `/workflows/${id}`, { agent: 'bob' })).status).toBe(403)
    expect((await server.rest('GET', `/workflows/${id}`, { agent: 'carol', namespace: 'elsewhere' })).status).toBe(404)
    expect((await server.rest('PATCH', `/workflows/${id}`, { headers: server.owner, body })).status).toBe(200)
    expect((await server.rest('DELETE', `/workflows/${id}`, { agent: 'alice' })).status).toBe(200)
  })
})

test('a server that stops answers those who wait for a run, and the run goes on at the next start', async () => {
  const stopping = await TestServer.start()
  const mine = new WorkflowCalls(stopping)
  const waiting = mine.makeAndRun([wait('long', 30)])
  await new Promise((resolve) => setTimeout(resolve, 200))
  const start = Date.now()
  const [run] = await Promise.all([waiting, stopping.server.stop()])
  expect(run.status).toBe('waiting')
  expect(Date.now() - start).toBeLessThan(3_000)
  await stopping.stop()
})

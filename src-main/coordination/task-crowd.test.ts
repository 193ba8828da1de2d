import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Task } from '../contract/task.ts'
import { TOOLS } from '../contract/tools.ts'
import type { ToolInput } from '../contract/tools.ts'
import { agentScope, openMemoryParts } from '../server/testing/memory-parts.ts'
import type { MemoryParts } from '../server/testing/memory-parts.ts'

const AGENTS = 50
const TASKS = 500
const WIDTH = 25

let parts: MemoryParts
beforeAll(async () => {
  parts = await openMemoryParts()
})
afterAll(() => parts.close())

const lead = agentScope('lead', 'crowd')
const manage = (args: ToolInput<'manage_task'>, scope = lead) => parts.tasks.manage(TOOLS.manage_task.input.parse(args), scope)
const list = (more: ToolInput<'list_tasks'>) => parts.tasks.list(TOOLS.list_tasks.input.parse(more), lead)

/** Layers of tasks, each waiting for three of the layer before; the last layer's tasks all write to one journal. */
async function makeGraph(): Promise<string[]> {
  const ids: string[] = []
  for (let index = 0; index < TASKS; index += 1) {
    const layerStart = Math.floor(index / WIDTH) * WIDTH - WIDTH
    const dependencies = layerStart < 0 ? [] : [0, 7, 13].map((step) => ids[layerStart + ((index + step) % WIDTH)]!)
    ids.push((await manage({ operation: 'create', title: `task ${index}`, dependencies })).task.id)
  }
  return ids
}

test('50 agents at one graph of 500 tasks do each once, lose nothing, and keep to the order', { timeout: 120_000 }, async () => {
  const ids = await makeGraph()
  const journal = (await manage({ operation: 'create', title: 'journal' })).task
  const finished: string[] = []
  const conflicts: string[] = []

  const tryOne = async (task: Task, name: string): Promise<void> => {
    const scope = agentScope(name, 'crowd')
    try {
      await manage({ operation: 'update', task_id: task.id, status: 'in_progress' }, scope)
    } catch (error) {
      conflicts.push((error as { code: string }).code)
      return
    }
    // Between the start and the end others may only add notes; all of them must survive.
    await manage({ operation: 'update', task_id: task.id, note: `begun by ${name}` }, scope)
    finished.push(task.id)
    await manage({ operation: 'complete', task_id: task.id, result: name }, scope)
  }
  const work = async (name: string, shift: number): Promise<void> => {
    while (finished.length < TASKS) {
      const { tasks } = await list({ ready: true, sort: 'oldest', limit: 100 })
      const ready = tasks.filter(({ id }) => id !== journal.id)
      // Most go for the same few, so that they meet.
      const task = ready[shift % Math.max(1, Math.min(5, ready.length))]
      if (task) await tryOne(task, name)
      else await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
  const note = (name: string) => manage({ operation: 'update', task_id: journal.id, note: name }, agentScope(name, 'crowd'))
  const names = Array.from({ length: AGENTS }, (_, index) => `agent-${index}`)
  await Promise.all([...names.map(work), ...names.map(note), ...names.map((name) => note(`${name}-again`))])

  expect(finished).toHaveLength(TASKS)
  expect(new Set(finished)).toEqual(new Set(ids))
  expect(conflicts.length).toBeGreaterThan(0)
  expect(new Set(conflicts)).toEqual(new Set(['conflict']))
  expect((await manage({ operation: 'get', task_id: journal.id })).task).toMatchObject({ version: 101 })
  expect(await list({ status: ['completed'], limit: 1 })).toMatchObject({ total: TASKS })
  for (const [position, id] of finished.entries()) {
    const { task } = await manage({ operation: 'get', task_id: id })
    expect(task).toMatchObject({
      status: 'completed',
      result: task.assigned_agent_id,
      notes: [{ text: `begun by ${task.assigned_agent_id}` }],
    })
    for (const dependency of task.dependencies) expect(finished.indexOf(dependency)).toBeLessThan(position)
  }
})

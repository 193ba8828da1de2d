import { expect, test } from 'vitest'
import { silentLog } from './log.ts'
import { ResourceStack } from './resource-stack.ts'

test('closes in reverse order, one after the other, and a failing one keeps none open', async () => {
  const failed: unknown[] = []
  const closed: string[] = []
  const stack = new ResourceStack({ ...silentLog, error: (facts) => failed.push(facts['resource']) })
  expect(stack.own('first', 'a resource', (resource) => void closed.push(resource))).toBe('a resource')
  stack.own('second', 2, () => Promise.reject(new Error('stuck')))
  stack.own('third', 3, async () => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    closed.push('third')
  })
  stack.own('fourth', 4, () => {
    throw new Error('broken')
  })
  const [one, two] = [stack.close(), stack.close()]
  await Promise.all([one, two])
  await stack.close()
  expect([closed, failed]).toEqual([
    ['third', 'a resource'],
    ['fourth', 'second'],
  ])
})

import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { WorkLanes } from './work-lanes.ts'
import type { Steps } from './work-lanes.ts'

/** Writes its name at each step. */
async function* steps(diary: string[], name: string, count: number): Steps<string> {
  for (let step = 1; step <= count; step++) {
    await nextTurn()
    diary.push(`${name}${step}`)
    if (step < count) yield undefined
  }
  return name
}

describe('work lanes', () => {
  it('let texts take turns and answer each with its own result', async () => {
    const lanes = new WorkLanes()
    const diary: string[] = []
    const results = await Promise.all([lanes.add('texts', 1, steps(diary, 'long', 3)), lanes.add('texts', 2, steps(diary, 'short', 1))])
    expect(results).toEqual(['long', 'short'])
    expect(diary).toEqual(['long1', 'short1', 'long2', 'long3'])
  })

  it('let a query go before the next step of any text', async () => {
    const lanes = new WorkLanes()
    const diary: string[] = []
    const text = lanes.add('texts', 1, steps(diary, 'text', 3))
    await Promise.all([lanes.add('query', 2, steps(diary, 'query', 2)), text])
    expect(diary).toEqual(['text1', 'query1', 'query2', 'text2', 'text3'])
  })

  it('go on after a job that throws', async () => {
    const lanes = new WorkLanes()
    // eslint-disable-next-line require-yield -- the first step is the one that fails
    async function* failing(): Steps<never> {
      await nextTurn()
      throw new Error('broken')
    }
    const failed = lanes.add('texts', 1, failing())
    const fine = lanes.add('texts', 2, steps([], 'fine', 2))
    await expect(failed).rejects.toThrow('broken')
    await expect(fine).resolves.toBe('fine')
  })

  it('drop a cancelled job, whether it waits or runs', async () => {
    const lanes = new WorkLanes()
    const diary: string[] = []
    const running = lanes.add('texts', 1, steps(diary, 'running', 9))
    const waiting = lanes.add('texts', 2, steps(diary, 'waiting', 9))
    lanes.cancel(1)
    lanes.cancel(2)
    lanes.cancel(3)
    const outcomes = await Promise.allSettled([running, waiting])
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected'])
    expect(diary).toEqual(['running1'])
    await expect(lanes.add('texts', 4, steps(diary, 'next', 1))).resolves.toBe('next')
  })

  it('close after the running step and take nothing more', async () => {
    const lanes = new WorkLanes()
    const diary: string[] = []
    const outcomes = Promise.allSettled([lanes.add('texts', 1, steps(diary, 'a', 9)), lanes.add('query', 2, steps(diary, 'b', 9))])
    await lanes.close()
    expect((await outcomes).map((outcome) => outcome.status)).toEqual(['rejected', 'rejected'])
    expect(diary).toEqual(['a1'])
    await expect(lanes.add('query', 3, steps(diary, 'c', 1))).rejects.toMatchObject({ code: 'unavailable' })
    await lanes.close()
  })
})

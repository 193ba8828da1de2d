import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { processSpace } from '../../base/process-space.ts'
import { deadRunners, forgetRunner, newRunnerId } from './runner-id.ts'

/** No process has it: larger than any system hands out. */
const NOBODY = 2 ** 30

describe('dead runners', () => {
  it('are those of ended processes that this one could see', () => {
    const own = newRunnerId()
    const gone = `${NOBODY}@${processSpace()}#x`
    const parent = `${process.ppid}@${processSpace()}#x`
    expect(deadRunners([own, gone, parent])).toEqual([gone])
    forgetRunner(own)
    expect(deadRunners([own]), 'an earlier process with our number').toEqual([own])
  })

  it('are never those of another machine or container, whatever it is called and whatever numbers it gives', () => {
    const others = [`${process.pid}@${hostname()}/elsewhere#x`, `${NOBODY}@${hostname()}/elsewhere#x`, `1@db-host#x`, 'nonsense']
    expect(deadRunners(others)).toEqual([])
  })
})

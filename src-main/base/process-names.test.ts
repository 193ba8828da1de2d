import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { deadProcesses, forgetProcessName, newProcessName } from './process-names.ts'
import { processSpace } from './process-space.ts'

/** No process has it: larger than any system hands out. */
const NOBODY = 2 ** 30

describe('dead processes', () => {
  it('are those of ended processes that this one could see', () => {
    const own = newProcessName()
    const gone = `${NOBODY}@${processSpace()}#x`
    const parent = `${process.ppid}@${processSpace()}#x`
    expect(deadProcesses([own, gone, parent])).toEqual([gone])
    forgetProcessName(own)
    expect(deadProcesses([own]), 'an earlier process with our number').toEqual([own])
  })

  it('are never those of another machine or container, whatever it is called and whatever numbers it gives', () => {
    const others = [`${process.pid}@${hostname()}/elsewhere#x`, `${NOBODY}@${hostname()}/elsewhere#x`, `1@db-host#x`, 'nonsense']
    expect(deadProcesses(others)).toEqual([])
  })
})

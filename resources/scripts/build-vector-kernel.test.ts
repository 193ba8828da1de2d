import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { compileKernel, TARGET } from './build-vector-kernel.ts'

it('the kernel that the store loads is what its source compiles to', async () => {
  expect(readFileSync(TARGET, 'utf8')).toBe(await compileKernel())
})

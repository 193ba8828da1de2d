import { execFileSync } from 'node:child_process'
import { hostname } from 'node:os'
import { expect, it } from 'vitest'
import { processSpace } from './process-space.ts'

it('is the same for every process that sees the same processes, and more than a host name where that can be known', () => {
  const code = `console.log((await import(${JSON.stringify(new URL('./process-space.ts', import.meta.url).href)})).processSpace())`
  const other = execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', code], { encoding: 'utf8' }).trim()
  expect(other).toBe(processSpace())
  expect(processSpace().startsWith(hostname())).toBe(true)
  if (process.platform === 'linux') expect(processSpace()).toMatch(/\/[\w-]{12}$/)
})

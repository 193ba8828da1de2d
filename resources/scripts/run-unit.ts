import { join } from 'node:path'
import { readVitest } from './test-counts.ts'
import { RESULTS, runTests } from './test-runner.ts'
import type { NamedOutcome } from './test-runner.ts'

/** The tests beside the code. */
export function runUnit(): NamedOutcome {
  const report = join(RESULTS, 'vitest.json')
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const name = 'unit and integration tests (Vitest)'
  return { name, ...runTests({ name, program: 'vitest/vitest.mjs', args, report, read: readVitest }) }
}

import { join } from 'node:path'
import { readVitest } from './test-counts.ts'
import { RESULTS, runWithRepetition } from './test-runner.ts'
import type { NamedOutcome } from './test-runner.ts'

/** The tests beside the code. */
export function runUnit(): NamedOutcome {
  const report = join(RESULTS, 'vitest.json')
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const run = { name: 'unit and integration tests (Vitest)', program: 'vitest/vitest.mjs', args, report, read: readVitest }
  return runWithRepetition(run, (tests) => [...args, '--no-file-parallelism', ...onlyThose(tests)])
}

function onlyThose(tests: readonly { readonly file: string; readonly title: string }[]): string[] {
  const titles = tests.map(({ title }) => title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  return [`--testNamePattern=^\\s*(${titles.join('|')})$`, ...new Set(tests.map(({ file }) => file))]
}

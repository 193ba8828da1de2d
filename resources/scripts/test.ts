// `npm test`: gets what tests need, builds what is missing, runs the unit tests and the end-to-end tests, and counts both.
// The last line is `N passed, N failed` (and `, N skipped` if any were); the exit code is 1 if anything failed or nothing ran.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAll } from './build.ts'
import { readReport, runE2e, withUnseenFailure } from './run-e2e.ts'
import { setUpTestMachine } from './setup-test-machine.ts'
import { printOutcomes } from './test-report.ts'
import { oneFailure, readVitest } from './test-counts.ts'
import type { Outcome } from './test-counts.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const RESULTS = join(ROOT, 'test-results')
const UNIT_TIMEOUT_MS = 45 * 60_000

mkdirSync(RESULTS, { recursive: true })
setUpTestMachine((line) => console.log(line))
const problem = await build()
const unit = runUnitTests()
const e2e =
  problem === undefined
    ? runE2e({})
    : [{ name: 'end-to-end tests', ...oneFailure(`the build, so they did not run: ${problem}`), passedAlone: [] }]
process.exitCode = printOutcomes([unit, ...e2e]) ? 0 : 1

/** Builds what is missing. What is wrong is an answer: the unit tests need no build, and may say why it failed. */
async function build(): Promise<string | undefined> {
  try {
    await buildAll((line) => console.log(line))
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function runUnitTests(): Outcome & { name: string; passedAlone: readonly string[] } {
  const name = 'unit and integration tests (Vitest)'
  console.log(`\n== ${name} ==`)
  const report = join(RESULTS, 'vitest.json')
  rmSync(report, { force: true })
  const command = [
    join(ROOT, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]
  const { status } = spawnSync(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], timeout: UNIT_TIMEOUT_MS })
  return { name, ...withUnseenFailure(name, status, readReport(report, readVitest)), passedAlone: [] }
}

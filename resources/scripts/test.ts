// `npm test`: gets what tests need, builds what is missing, runs the unit tests and the end-to-end tests, and counts both.
// The last line is `N passed, N failed` (and `, N skipped` if any were); the exit code is 1 if anything failed or nothing ran.
import { mkdirSync } from 'node:fs'
import { buildAll } from './build.ts'
import { runE2e } from './run-e2e.ts'
import { runUnit } from './run-unit.ts'
import { setUpTestMachine } from './setup-test-machine.ts'
import { oneFailure } from './test-counts.ts'
import { printOutcomes } from './test-report.ts'
import { RESULTS } from './test-runner.ts'

mkdirSync(RESULTS, { recursive: true })
setUpTestMachine((line) => console.log(line))
const problem = await build()
const unit = runUnit()
const notBuilt = `the build, so the end-to-end tests did not run: ${problem}`
const e2e = problem === undefined ? runE2e({}) : [{ name: 'end-to-end tests', ...oneFailure(notBuilt) }]
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

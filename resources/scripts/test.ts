// `npm test`: gets what tests need, builds what is missing, runs the unit tests and the end-to-end tests, and counts both.
// The last line is `N passed, N failed` (and `, N skipped` if any were); the exit code is 1 if anything failed or nothing ran.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAll } from './build.ts'
import { E2E_PASSES } from './e2e-passes.ts'
import { addCounts, countPlaywright, countVitest, NOTHING, ONE_FAILURE, sentenceOf } from './test-counts.ts'
import type { Counts } from './test-counts.ts'
import { setUpTestMachine } from './setup-test-machine.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const RESULTS = join(ROOT, 'test-results')
const RUNNER_TIMEOUT_MS = 45 * 60_000

interface Runner {
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly needsBuild: boolean
  /** Where it writes what it did, as JSON. */
  readonly report: string
  readonly count: (report: unknown) => Counts
}

const RUNNERS: readonly Runner[] = [
  {
    name: 'unit and integration tests (Vitest)',
    program: 'vitest/vitest.mjs',
    args: ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${join(RESULTS, 'vitest.json')}`],
    env: {},
    needsBuild: false,
    report: join(RESULTS, 'vitest.json'),
    count: countVitest,
  },
  ...E2E_PASSES.map(({ name, args }, index) => {
    const report = join(RESULTS, `playwright-${index + 1}.json`)
    return {
      name: `end-to-end tests, ${name} (Playwright)`,
      program: '@playwright/test/cli.js',
      args: ['test', '--reporter=list,json', `--output=test-results/e2e-${index + 1}`, ...args],
      env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report, TMWS_E2E_BUILT: '1' },
      needsBuild: true,
      report,
      count: countPlaywright,
    }
  }),
]

mkdirSync(RESULTS, { recursive: true })
setUpTestMachine((line) => console.log(line))
const problem = await build()
const results = RUNNERS.map((runner) => ({
  name: runner.name,
  counts: runner.needsBuild && problem !== undefined ? ONE_FAILURE : run(runner),
}))
console.log(problem === undefined ? '' : `\nThe build failed, so the end-to-end tests did not run: ${problem}`)
for (const { name, counts } of results) console.log(`${name}: ${sentenceOf(counts)}`)
const total = results.map(({ counts }) => counts).reduce(addCounts, NOTHING)
console.log(sentenceOf(total))
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1

/** Builds what is missing. What is wrong is an answer: the unit tests need no build, and may say why it failed. */
async function build(): Promise<string | undefined> {
  try {
    await buildAll((line) => console.log(line))
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Runs it to its end. A runner that ran nothing, or failed in a way that its tests do not show, counts as one failure. */
function run({ name, program, args, env, report, count }: Runner): Counts {
  console.log(`\n== ${name} ==`)
  rmSync(report, { force: true })
  const { status } = spawnSync(process.execPath, [join(ROOT, 'node_modules', program), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    timeout: RUNNER_TIMEOUT_MS,
  })
  const counts = readReport(report, count)
  const hasUnseenFailure = counts.failed === 0 && (status !== 0 || counts.passed === 0)
  return hasUnseenFailure ? addCounts(counts, ONE_FAILURE) : counts
}

function readReport(report: string, count: (report: unknown) => Counts): Counts {
  try {
    return count(JSON.parse(readFileSync(report, 'utf8')))
  } catch {
    return NOTHING
  }
}

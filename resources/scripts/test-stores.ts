// `npm run test:stores`: every end-to-end test on Postgres, and on Postgres with Redis. `npm test` runs a part of them there.
import { mkdirSync } from 'node:fs'
import { buildAll } from './build.ts'
import { runE2e } from './run-e2e.ts'
import { setUpTestMachine } from './setup-test-machine.ts'
import { printOutcomes } from './test-report.ts'
import { RESULTS } from './test-runner.ts'

mkdirSync(RESULTS, { recursive: true })
setUpTestMachine((line) => console.log(line))
await buildAll((line) => console.log(line))
const outcomes = ['postgres', 'postgres+redis'].flatMap((store) => {
  console.log(`\n== end-to-end tests on ${store} ==`)
  const passes = runE2e({ TMWS_E2E_STORE: store }, process.argv.slice(2))
  return passes.map((outcome) => ({ ...outcome, name: `${store}: ${outcome.name}` }))
})
process.exitCode = printOutcomes(outcomes) ? 0 : 1

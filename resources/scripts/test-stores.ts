// `npm run test:stores`: every end-to-end test on Postgres, and on Postgres with Redis. `npm test` runs a part of them there.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAll } from './build.ts'
import { E2E_PASSES } from './e2e-passes.ts'
import { setUpTestMachine } from './setup-test-machine.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

setUpTestMachine((line) => console.log(line))
await buildAll((line) => console.log(line))
for (const store of ['postgres', 'postgres+redis']) {
  console.log(`\n== end-to-end tests on ${store} ==`)
  const env = { ...process.env, TMWS_E2E_STORE: store, TMWS_E2E_BUILT: '1' }
  for (const { name, args } of E2E_PASSES) {
    console.log(`\n== ${name} ==`)
    const command = [join(ROOT, 'node_modules/@playwright/test/cli.js'), 'test', ...args, ...process.argv.slice(2)]
    if (spawnSync(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], env }).status !== 0) process.exitCode = 1
  }
}

// `npm run fuzz:rest`: 50,000 requests made from the API document. `npm test` sends a tenth of them.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAll } from './build.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

await buildAll((line) => console.log(line))
const args = [
  join(ROOT, 'node_modules/@playwright/test/cli.js'),
  'test',
  'e2e/rest-fuzz.spec.ts',
  '--project=sqlite',
  ...process.argv.slice(2),
]
const env = { TMWS_FUZZ_REQUESTS: '50000', ...process.env, TMWS_E2E_BUILT: '1' }
process.exitCode = spawnSync(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], env }).status ?? 1

// `npm run check`: types, lint, boundaries, format, licences and known holes side by side. Prints a line for each, and the output of those that failed.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

interface Check {
  readonly name: string
  /** A command of a package, or a script of ours. */
  readonly program: { readonly packageName: string; readonly bin: string } | { readonly script: string }
  readonly args: readonly string[]
}

const CHECKS: readonly Check[] = [
  { name: 'types', program: { packageName: 'typescript', bin: 'tsc' }, args: ['--noEmit'] },
  { name: 'lint', program: { packageName: 'eslint', bin: 'eslint' }, args: ['.', '--max-warnings', '0'] },
  {
    name: 'boundaries',
    program: { packageName: 'dependency-cruiser', bin: 'depcruise' },
    args: ['src-main', 'src-renderer', 'src-bridge', 'e2e', '--config', '.dependency-cruiser.mjs', '--output-type', 'err'],
  },
  { name: 'format', program: { packageName: 'prettier', bin: 'prettier' }, args: ['--check', '.'] },
  { name: 'licences', program: { script: 'supply-chain/licence-check.ts' }, args: [] },
  { name: 'audit', program: { script: 'supply-chain/audit-check.ts' }, args: [] },
]

const outcomes = await Promise.all(CHECKS.map(run))
// What could not be checked is said too.
for (const { output, isOk } of outcomes) if (!isOk || output.startsWith('NOT RUN')) console.log(`\n${output.trim()}`)
process.exitCode = outcomes.every(({ isOk }) => isOk) ? 0 : 1

async function run(check: Check): Promise<{ readonly isOk: boolean; readonly output: string }> {
  const start = performance.now()
  const outcome = await new Promise<{ isOk: boolean; output: string }>((resolve) => {
    const options = { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 }
    execFile(process.execPath, [programOf(check.program), ...check.args], options, (error, stdout, stderr) => {
      resolve({ isOk: error === null, output: stdout + stderr })
    })
  })
  console.log(`${outcome.isOk ? 'ok    ' : 'FAILED'}  ${check.name.padEnd(10)}  ${((performance.now() - start) / 1000).toFixed(1)} s`)
  return outcome
}

function programOf(program: Check['program']): string {
  if ('script' in program) return join(ROOT, 'resources', 'scripts', program.script)
  const { packageName, bin } = program
  const manifestFile = join(ROOT, 'node_modules', packageName, 'package.json')
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as { bin: string | Record<string, string> } // a package manifest
  return join(dirname(manifestFile), typeof manifest.bin === 'string' ? manifest.bin : (manifest.bin[bin] ?? ''))
}

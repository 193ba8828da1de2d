import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BUILT, ROOT } from './processes/places.ts'

/** Builds what the tests start. Set TMWS_E2E_BUILT=1 when that has just been done. */
export function globalSetup(): void {
  if (process.env['TMWS_E2E_BUILT'] !== '1') {
    execFileSync(process.execPath, [join(ROOT, 'resources', 'scripts', 'build.ts')], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] })
  }
  for (const file of Object.values(BUILT)) if (!existsSync(file)) throw new Error(`${file} is not there; run npm run build.`)
}

// eslint-disable-next-line no-restricted-syntax -- Playwright calls the default export
export default globalSetup

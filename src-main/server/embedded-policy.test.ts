import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '../base/log.ts'
import { embeddedRefusal } from './embedded-policy.ts'
import { MemoryServer } from './memory-server.ts'
import { testConfig } from './testing/start-test-server.ts'

const SECRET = 'k9Zp2vQx7Lm4Rt8Wn3Yb6Hc1Jd5Fg0Sa'
const SIGN_IN = { TMWS_AUTH_ENABLED: 'true', TMWS_SECRET_KEY: SECRET }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmws-policy-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const refusal = (settings: Readonly<Record<string, string>> = {}) => embeddedRefusal(testConfig(folder, settings))

async function serveOnce(settings: Readonly<Record<string, string>>): Promise<void> {
  await (await MemoryServer.start(testConfig(folder, settings), silentLog)).stop()
}

describe('serving past the server', () => {
  test('is allowed by default, on a folder that is not there yet too', () => {
    expect(refusal()).toBeUndefined()
  })

  test.each([
    ['sign-in is on', SIGN_IN, /Sign-in is on/],
    ['production demands sign-in', { TMWS_ENVIRONMENT: 'production', TMWS_SECRET_KEY: SECRET }, /Sign-in is on/],
    ['TMWS_STDIO_ENABLED is false', { TMWS_STDIO_ENABLED: 'false' }, /TMWS_STDIO_ENABLED is false/],
    ['nothing would be kept', { TMWS_DATABASE_URL: 'volatile:' }, /nothing would be kept/],
  ])('is refused where %s', (_, settings, sentence) => {
    expect(refusal(settings)).toMatch(sentence)
  })

  test('is refused after a server with sign-in, though the settings here know nothing of it, until one without', async () => {
    await serveOnce(SIGN_IN)
    expect(refusal()).toMatch(/Sign-in is on/)
    await serveOnce({})
    expect(refusal()).toBeUndefined()
  })

  test.skipIf(process.getuid?.() === 0)('is refused when the word of the last server cannot be read', () => {
    mkdirSync(join(folder, 'data'))
    const file = join(folder, 'data', 'bridges-need-the-server.txt')
    writeFileSync(file, 'x')
    chmodSync(file, 0)
    expect(refusal()).toMatch(/cannot be read/)
  })
})

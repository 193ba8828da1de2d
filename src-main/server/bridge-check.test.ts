import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { AppError } from '../base/errors.ts'
import { checkBridge } from './bridge-check.ts'
import { VERSION } from './install-paths.ts'
import { testConfig } from './testing/start-test-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'tmws-bridge-check-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function program(name: string, script: string): string {
  const file = join(folder, name)
  writeFileSync(file, script)
  return file
}

const good = program('good.cjs', `console.log(${JSON.stringify(VERSION)})`)
const old = program('old.cjs', "console.log('0.0.1')")
const broken = program('broken.cjs', "throw new Error('it is broken')")
const config = testConfig(folder)

test.each([
  ['both start', good, good, config, [/^ok .*good\.cjs starts in \d+ ms/, /^ok while no server runs, it serves from .*tmws\.db itself/]],
  [
    'the database may not be used',
    good,
    good,
    testConfig(folder, { TMWS_STDIO_ENABLED: 'false' }),
    [/^ok/, /^note needs a running server: TMWS_STDIO_ENABLED is false/],
  ],
  ['the bridge is missing', join(folder, 'no.cjs'), good, config, [/^wrong .*no\.cjs is not there; run npm run build/]],
  ['the bridge is older', old, good, config, [/^wrong .*is of version 0\.0\.1/]],
  [
    'the stand-in is broken',
    good,
    broken,
    config,
    [/^ok/, /^wrong .*broken\.cjs does not start .*hosts get only errors while no server runs/],
  ],
])('%s', async (_, bridgeFile, fallbackFile, settings, lines) => {
  const found = (await checkBridge(() => settings, { bridgeFile, fallbackFile })).map(({ verdict, sentence }) => `${verdict} ${sentence}`)
  expect(found).toEqual(lines.map((line) => expect.stringMatching(line) as string))
})

test('memories that only a server can reach are said to need one', async () => {
  const standIn = () => {
    throw new AppError('forbidden', 'They are elsewhere.')
  }
  expect((await checkBridge(standIn, { bridgeFile: good, fallbackFile: good })).at(-1)).toEqual({
    subject: 'Bridge',
    verdict: 'note',
    sentence: 'needs a running server: They are elsewhere.',
  })
})

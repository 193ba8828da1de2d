import { join } from 'node:path'
import { expect, test } from './fixtures.ts'
import { ChildProcess, runNode } from './processes/child.ts'
import { ROOT } from './processes/places.ts'
import type { ServerPlace } from './processes/server-process.ts'
import { until } from './processes/until.ts'

/** The packaged app, started as a program with arguments; `electron` is the stand-in, which says when it is loaded. */
const app = (...args: readonly string[]): string[] => [
  '--import',
  join(ROOT, 'e2e', 'desktop', 'register-stand-in.mjs'),
  '--no-warnings',
  join(ROOT, 'e2e', 'desktop', 'run-main.mjs'),
  join(ROOT, 'out', 'main', 'app.js'),
  ...args,
]
const environment = (place: ServerPlace) =>
  place.environment({ TMWS_TEST_PACKAGED: '1', TMWS_EMBEDDING_PROVIDER: 'hash', TMWS_TEST_SAY_WHEN_LOADED: '1' })

test('--server runs the server without a display: Electron is not even loaded; signals and the exit code are passed on', async ({
  makePlace,
}) => {
  const place = makePlace()
  const started = new ChildProcess(
    process.execPath,
    app('--server', '--no-sandbox', '--api-port', '0', '--ws-port', '0', '--data-dir', place.dataDir),
    {
      env: environment(place),
    },
  )
  const { api_url: apiUrl, pid } = await until('the server to say where it runs', () => place.discovery())
  expect(pid).not.toBe(started.pid)
  expect((await fetch(`${apiUrl}/health/live`)).ok).toBe(true)
  await until('the greeting', () => started.stdout.includes('Stop with Ctrl+C'))
  started.signal('SIGTERM')
  expect(await started.ended).toEqual({ code: 0, signal: null })
  expect(started.stderr).not.toContain('electron was loaded')
  expect(place.discovery()).toBeUndefined()
})

test('every verb of the command works by the app, with its output and its exit code', async ({ makePlace }) => {
  const place = makePlace()
  const run = (...args: readonly string[]) => runNode(app(...args), { env: environment(place) })
  expect(await run('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  const file = join(place.folder, 'all of it.jsonl')
  expect(await run('--data-dir', place.dataDir, 'export', file)).toMatchObject({ code: 0 })
  expect(await run('tokens', 'create', '--agent', '!!', '--data-dir', place.dataDir)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^tmws: /),
  })
  expect(await run('--server', '--api-port', 'many')).toMatchObject({ code: 1, stderr: expect.stringContaining('--api-port') })
  expect(await run('export')).toMatchObject({ code: 2 })
})

import { expect, test, vi } from 'vitest'
import { runCommandLine } from '../server/command-line.ts'
import { COMMAND_VERBS, commandArguments } from './command-verbs.ts'

test('the app knows every verb of the command', async () => {
  let help = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    help += String(text)
    return true
  })
  await runCommandLine(['--help'])
  write.mockRestore()
  const listed = [...(help.split('Commands:')[1]?.split('\n\n')[0] ?? '').matchAll(/^ {2}([a-z]+)/gm)].map(([, verb]) => verb)
  expect(listed.length).toBeGreaterThan(9)
  expect([...COMMAND_VERBS].sort()).toEqual([...listed, 'help'].sort())
})

test.each([
  [['/opt/TMWS/tmws', '--server'], true, ['--server']],
  [['/opt/TMWS/tmws', '--no-sandbox', '--server', '--api-port', '0'], true, ['--server', '--api-port', '0']],
  [['/opt/TMWS/tmws', '--data-dir', '/some where', 'doctor'], true, ['--data-dir', '/some where', 'doctor']],
  [['/opt/TMWS/tmws', '--data-dir=/x', 'export', 'all.jsonl'], true, ['--data-dir=/x', 'export', 'all.jsonl']],
  [['/opt/TMWS/tmws', 'help'], true, ['help']],
  // The app itself.
  [['/opt/TMWS/tmws'], false, []],
  [['/opt/TMWS/tmws', '--hidden'], false, ['--hidden']],
  [['/opt/TMWS/tmws', '--ozone-platform-hint=auto', 'tmws://memory/export'], false, ['tmws://memory/export']],
  [['/opt/TMWS/tmws', '--data-dir', 'backup'], false, ['--data-dir', 'backup']],
])('%j is for the command: %s', (argv, command, rest) => {
  expect(commandArguments(argv, false)).toEqual({ command, rest })
})

test('an app that runs from its sources has the folder of them in front', () => {
  expect(commandArguments(['electron', '.', 'doctor'], true)).toEqual({ command: true, rest: ['doctor'] })
})

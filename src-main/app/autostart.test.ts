import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AutostartSwitch, wasOpenedAtLogin } from './autostart.ts'
import { autostartEntry, isAutostartLost, isAutostartOn, removeAutostart, writeAutostart } from './xdg-autostart.ts'

const system = vi.hoisted(() => ({ openAtLogin: false, takesIt: true, asked: [] as unknown[], wasOpenedAtLogin: false, isPackaged: true }))
vi.mock('electron', () => ({
  app: {
    get isPackaged() {
      return system.isPackaged
    },
    getLoginItemSettings: (options: unknown) => {
      system.asked.push(options)
      return { openAtLogin: system.openAtLogin, wasOpenedAtLogin: system.wasOpenedAtLogin }
    },
    setLoginItemSettings: (settings: { openAtLogin: boolean }) => {
      system.asked.push(settings)
      if (system.takesIt) system.openAtLogin = settings.openAtLogin
    },
  },
}))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmws-autostart-'))
  Object.assign(system, { openAtLogin: false, takesIt: true, asked: [], wasOpenedAtLogin: false, isPackaged: true })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('Windows starts the program hidden, and is asked about that very command', () => {
  const windows = new AutostartSwitch({ platform: 'win32', home: folder, env: {} }, 'C:\\Users\\Ada L\\TMWS.exe')
  expect(windows.set(true)).toEqual({ isOn: true, canChange: true })
  const command = { path: '"C:\\Users\\Ada L\\TMWS.exe"', args: ['--hidden'] }
  expect(system.asked).toEqual(expect.arrayContaining([command, { openAtLogin: true, ...command }]))
})

test('macOS is asked without a command, and whether it was its own doing that the app was opened', () => {
  const mac = new AutostartSwitch({ platform: 'darwin', home: folder, env: {} }, '/Applications/TMWS.app/Contents/MacOS/TMWS')
  expect(mac.set(true)).toEqual({ isOn: true, canChange: true })
  expect(system.asked).toContainEqual({ openAtLogin: true })
  system.wasOpenedAtLogin = true
  expect([wasOpenedAtLogin('darwin'), wasOpenedAtLogin('win32')]).toEqual([true, false])
})

test('a system that does not take it is said to decide', () => {
  system.takesIt = false
  const mac = new AutostartSwitch({ platform: 'darwin', home: folder, env: {} })
  expect(mac.set(true)).toMatchObject({
    isOn: false,
    canChange: true,
    problem: expect.stringContaining('settings of the system') as string,
  })
})

test('an entry of Linux survives signs and spaces, and knows when its program has gone', () => {
  const file = join(folder, 'autostart', 'tmws.desktop')
  for (const program of ['/opt/tmws', '/opt/My "Apps"/100% $HOME `x` \\ y', join(folder, 'not there')]) {
    const command = [program, '--hidden']
    writeAutostart(file, command)
    expect([isAutostartOn(file, command), isAutostartOn(file, ['/other', '--hidden']), isAutostartLost(file)]).toEqual([true, false, true])
  }
  writeAutostart(file, [process.execPath, '--hidden'])
  expect(isAutostartLost(file)).toBe(false)
  removeAutostart(file)
  expect([isAutostartOn(file, [process.execPath, '--hidden']), isAutostartLost(file)]).toEqual([false, false])
  // As the example of the Desktop Entry Specification: a backslash for the quotes, and each backslash twice for the file.
  expect(autostartEntry(['$x'])).toContain('Exec="\\\\$x"\n')
})

test('a folder that may not be written is said', () => {
  const file = join(folder, 'a-file')
  writeFileSync(file, 'where a folder should be')
  const blocked = new AutostartSwitch({ platform: 'linux', home: folder, env: { XDG_CONFIG_HOME: file } })
  expect(blocked.set(true)).toMatchObject({ isOn: false, canChange: true, problem: expect.stringContaining('did not take it') as string })
})

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { CLIENT_IDS } from '../../contract/clients.ts'
import type { ClientId } from '../../contract/clients.ts'
import { ASK, ClientMachine } from './testing/client-machine.ts'
import type { Platform } from './testing/client-machine.ts'

/**
 * golden/CLIENT/SYSTEM/CASE/{before, after, undone}: the bytes of a client's configuration before it is connected (absent: there is none), after that,
 * and after that was undone. `edited`: what its user made of `after` before undoing. `refused`: the sentence that nothing was changed with, or what
 * connecting says without force. Set UPDATE_GOLDEN=1 to write what is made now, and read the difference.
 */
const GOLDEN = join(import.meta.dirname, 'golden')
const isUpdating = process.env['UPDATE_GOLDEN'] === '1'
const SYSTEMS: readonly Platform[] = ['darwin', 'linux', 'win32']

const cases = CLIENT_IDS.flatMap((client) =>
  SYSTEMS.flatMap((system) => readdirSync(join(GOLDEN, client, system)).map((name) => [client, system, name] as const)),
)

const machines: ClientMachine[] = []
afterEach(() => {
  for (const machine of machines.splice(0)) machine[Symbol.dispose]()
})

/** A machine on which this client has this configuration. */
function machineWith(client: ClientId, system: Platform, before: Buffer | undefined): { machine: ClientMachine; file: string } {
  const machine = new ClientMachine(system)
  machines.push(machine)
  if (client === 'claude-code') machine.installClaudeCommand()
  const file = machine.install(client)
  if (before) machine.write(file, before)
  return { machine, file }
}

/** Compares with a golden file, whose places on the disk have names. */
function expectGolden(
  folder: string,
  name: string,
  actual: Buffer | string | undefined,
  { bridgeFile }: ClientMachine,
  file: string,
): void {
  const golden = join(folder, name)
  const text = actual === undefined ? undefined : actual.toString('utf8').replaceAll(bridgeFile, '{{bridge}}').replaceAll(file, '{{file}}')
  if (isUpdating) {
    if (text === undefined) rmSync(golden, { force: true })
    else writeFileSync(golden, text)
  }
  expect(text).toBe(contentOf(golden)?.toString('utf8'))
}

function contentOf(file: string): Buffer | undefined {
  return existsSync(file) ? readFileSync(file) : undefined
}

describe.each(cases)('%s on %s: %s', (client, system, name) => {
  const folder = join(GOLDEN, client, system, name)
  const before = contentOf(join(folder, 'before'))

  test('connects and goes back', async () => {
    const { machine, file } = machineWith(client, system, before)
    const connections = machine.connections()
    const isBroken = connections.status(client).state === 'unusable'
    const refused = await connections.change(client, 'connect', ASK).then(
      () => undefined,
      (error: unknown) => (error as Error).message,
    )
    expectGolden(folder, 'refused', refused, machine, file)
    if (refused !== undefined) {
      expect(contentOf(file)).toEqual(before)
      await connections.change(client, 'connect', { force: true }).catch(() => undefined)
    }
    if (isBroken) {
      expect(contentOf(file)).toEqual(before)
      expect(readdirSync(dirname(file)).filter((entry) => entry.includes('tmws-backup'))).toEqual([])
      return
    }
    expectGolden(folder, 'after', contentOf(file), machine, file)
    expect(connections.status(client)).toMatchObject({ state: 'connected', agent_id: client })
    // Once is enough.
    expect((await connections.change(client, 'connect', ASK)).changes).toEqual([])

    const edited = contentOf(join(folder, 'edited'))
    if (edited) machine.write(file, edited.toString('utf8').replaceAll('{{bridge}}', machine.bridgeFile))
    await connections.change(client, 'undo', ASK)
    expectGolden(folder, 'undone', contentOf(file), machine, file)
    if (!edited && client !== 'claude-code') expect(contentOf(file)).toEqual(before)
    expect(connections.status(client).state).toBe(name.startsWith('foreign') ? 'foreign' : 'none')
  })
})

test('every client has cases on every system', () => {
  expect(cases.length).toBeGreaterThan(CLIENT_IDS.length * SYSTEMS.length * 5)
})

import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { FixedClock } from '../../../base/clock.ts'
import type { Machine } from '../../../config/machine.ts'
import type { ClientId, ConnectionOptions } from '../../../contract/clients.ts'
import { CLIENTS } from '../client-table.ts'
import { Connections } from '../connections.ts'
import type { ConnectionsParts } from '../connections.ts'

export type Platform = Machine['platform']

const NODE: Readonly<Record<Platform, string>> = {
  darwin: '/opt/homebrew/bin/node',
  linux: '/usr/bin/node',
  win32: 'C:\\Program Files\\nodejs\\node.exe',
}

export const ASK: ConnectionOptions = { force: false }

/** A machine of any system in a temporary folder: a home, no client, and a copy of TMWS. */
export class ClientMachine {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'tmws-connect-')))
  readonly machine: Machine
  readonly clock = new FixedClock(Date.UTC(2026, 10, 24, 12, 0, 0))
  readonly bridgeFile = join(this.root, 'tmws', 'tmws-bridge.cjs')
  readonly homeFolder: string
  /** What the port for keys was asked. */
  readonly keyCalls: string[] = []
  running = false

  constructor(platform: Platform = 'linux', env: Readonly<Record<string, string>> = {}) {
    const home = join(this.root, 'home')
    mkdirSync(home)
    const windows = { APPDATA: join(home, 'AppData', 'Roaming'), LOCALAPPDATA: join(home, 'AppData', 'Local') }
    this.machine = { platform, home, env: { PATH: join(this.root, 'bin'), ...(platform === 'win32' && windows), ...env } }
    this.homeFolder = join(home, '.tmws')
    this.write(this.bridgeFile, '// the bridge')
  }

  connections(parts: Partial<ConnectionsParts> = {}): Connections {
    const { platform } = this.machine
    return new Connections({
      machine: this.machine,
      installation: { execPath: NODE[platform], isElectron: false, bridgeFile: this.bridgeFile, version: '1.0.0' },
      variables: {},
      homeFolder: this.homeFolder,
      clock: this.clock,
      keys: {
        prepareAgent: (id) => this.#noteKeyCall(`prepare ${id}`),
        retireAgent: (id) => this.#noteKeyCall(`retire ${id}`),
      },
      isRunning: () => Promise.resolve(this.running),
      ...parts,
    })
  }

  #noteKeyCall(call: string): Promise<void> {
    this.keyCalls.push(call)
    return Promise.resolve()
  }

  /** Makes the folder that says that a client is there, and returns the first of its files. */
  install(id: ClientId): string {
    const [place] = CLIENTS[id].places(this.machine)
    if (!place) throw new Error('A client has a place.')
    mkdirSync(place.sign, { recursive: true })
    return place.file
  }

  write(file: string, content: string | Buffer, mode = 0o644): string {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    chmodSync(file, mode)
    return file
  }

  /** A stand-in for Claude Code's command: it takes the same arguments and writes its file in the same way. */
  installClaudeCommand(script: string = CLAUDE): void {
    const name = this.machine.platform === 'win32' ? 'claude.exe' : 'claude'
    this.write(join(this.root, 'bin', name), `#!${process.execPath}\n${script}`, 0o755)
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

const CLAUDE = `
const fs = require('fs'), path = require('path')
const home = process.env.HOME || process.env.USERPROFILE
const file = path.join(process.env.CLAUDE_CONFIG_DIR || home, '.claude.json')
const config = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {}
const [mcp, verb, flag, scope, name, json, ...more] = process.argv.slice(2)
function fail(text) { console.error(text); process.exit(1) }
if (mcp !== 'mcp' || flag !== '--scope' || scope !== 'user' || more.length > 0) fail('error: unknown arguments')
const servers = config.mcpServers || {}
if (verb === 'add-json') {
  if (servers[name]) fail('MCP server ' + name + ' already exists in user config')
  config.mcpServers = { ...servers, [name]: JSON.parse(json) }
} else if (verb === 'remove') {
  if (!servers[name]) fail('No MCP server found with name: ' + name)
  delete servers[name]
} else fail('error: unknown command')
fs.writeFileSync(file, JSON.stringify(config, null, 2))
console.log('done')
`

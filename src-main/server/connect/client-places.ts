import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from '../../config/machine.ts'

/** One file that may hold a client's configuration. */
export interface Place {
  readonly file: string
  /** The program or edition that reads it. Places of one product are alternatives: those that exist are all written, else the first is made. */
  readonly product: string
  /** A folder that is there when the product is on this machine; without it no file is made. */
  readonly sign: string
  /** True if what that product starts sees another application-data folder than we do. */
  readonly isVirtualized?: true
}

export type ClientPlaces = readonly Place[]

/** `~/Library/Application Support`, `%APPDATA%` or `~/.config`. */
function appFolder({ platform, home, env }: Machine): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support')
  if (platform === 'win32') return env['APPDATA'] ?? join(home, 'AppData', 'Roaming')
  return configFolder({ platform, home, env })
}

/** The folder of tools that follow XDG. */
function configFolder({ home, env }: Machine): string {
  return env['XDG_CONFIG_HOME'] ?? join(home, '.config')
}

function placeIn(folder: string, name: string, product: string): Place {
  return { file: join(folder, name), product, sign: folder }
}

/**
 * On Windows the packaged app (MSIX) sees files of the real application-data folder until it has a copy of its own; a copy made by us would hide
 * them. So what exists is written wherever it is, and only when nothing exists a file is made, first where the packaged app keeps its own.
 */
export function CLAUDE_DESKTOP(machine: Machine): ClientPlaces {
  const name = 'claude_desktop_config.json'
  const product = 'Claude Desktop'
  const classic = placeIn(join(appFolder(machine), 'Claude'), name, product)
  if (machine.platform !== 'win32') return [classic]
  const packages = packageFolders(machine)
  if (packages.length === 0) return [classic]
  const packaged = packages.map((folder): Place => {
    const file = join(folder, 'LocalCache', 'Roaming', 'Claude', name)
    return { file, product, sign: folder, isVirtualized: true }
  })
  return [...packaged, { ...classic, isVirtualized: true }]
}

function packageFolders({ home, env }: Machine): string[] {
  const packages = join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Packages')
  try {
    return readdirSync(packages)
      .filter((name) => name.startsWith('Claude_'))
      .sort()
      .map((name) => join(packages, name))
  } catch {
    // No packaged app has ever run here.
    return []
  }
}

export function CLAUDE_CODE({ home, env }: Machine): ClientPlaces {
  const folder = env['CLAUDE_CONFIG_DIR']
  const product = 'Claude Code'
  if (folder !== undefined) return [placeIn(folder, '.claude.json', product)]
  return [{ file: join(home, '.claude.json'), product, sign: join(home, '.claude') }]
}

export function CURSOR({ home }: Machine): ClientPlaces {
  return [placeIn(join(home, '.cursor'), 'mcp.json', 'Cursor')]
}

export function VSCODE(machine: Machine): ClientPlaces {
  return [
    ['Code', 'VS Code'],
    ['Code - Insiders', 'VS Code Insiders'],
    ['VSCodium', 'VSCodium'],
  ].map(([folder = '', product = '']) => placeIn(join(appFolder(machine), folder, 'User'), 'mcp.json', product))
}

export function WINDSURF({ home, ...machine }: Machine): ClientPlaces {
  return [
    placeIn(join(home, '.codeium', 'windsurf'), 'mcp_config.json', 'Windsurf'),
    placeIn(join(configFolder({ home, ...machine }), 'devin'), 'mcp_config.json', 'Devin'),
  ]
}

export function ZED(machine: Machine): ClientPlaces {
  const isWindows = machine.platform === 'win32'
  // On a Mac, Zed follows ~/.config and no variable.
  const folder = isWindows
    ? join(appFolder(machine), 'Zed')
    : join(machine.platform === 'linux' ? configFolder(machine) : join(machine.home, '.config'), 'zed')
  return [placeIn(folder, 'settings.json', 'Zed')]
}

export function CODEX({ home, env }: Machine): ClientPlaces {
  return [placeIn(env['CODEX_HOME'] ?? join(home, '.codex'), 'config.toml', 'Codex')]
}

export function GEMINI_CLI({ home }: Machine): ClientPlaces {
  return [
    placeIn(join(home, '.gemini'), 'settings.json', 'Gemini CLI'),
    placeIn(join(home, '.gemini', 'config'), 'mcp_config.json', 'Antigravity'),
  ]
}

/** The one place where the process's environment is read. Values are raw text; nothing has a default here. */
export interface Environment {
  /** Every `TMWS_*` variable that is set and not empty. */
  readonly settings: Readonly<Record<string, string>>
  /** What decides where things lie on this machine. */
  readonly machine: { readonly appData?: string; readonly xdgDataHome?: string; readonly display?: string }
}

export function readEnvironment(source: Readonly<Record<string, string | undefined>> = process.env): Environment {
  const settings = Object.fromEntries(
    Object.entries(source).flatMap(([name, value]) =>
      name.startsWith('TMWS_') && value !== undefined && value.trim() !== '' ? [[name, value.trim()]] : [],
    ),
  )
  const display = source['DISPLAY'] ?? source['WAYLAND_DISPLAY']
  return {
    settings,
    machine: {
      ...(source['APPDATA'] !== undefined && { appData: source['APPDATA'] }),
      ...(source['XDG_DATA_HOME'] !== undefined && { xdgDataHome: source['XDG_DATA_HOME'] }),
      ...(display !== undefined && { display }),
    },
  }
}

/** Variables that say where other programs and their settings lie, and what a program that is started by one of them is given. */
const MACHINE_VARIABLES = [
  'APPDATA',
  'APPIMAGE',
  'CLAUDE_CONFIG_DIR',
  'CODEX_HOME',
  'COMSPEC',
  'HOMEDRIVE',
  'HOMEPATH',
  'LANG',
  'LOCALAPPDATA',
  'LOGNAME',
  'PATH',
  'PROCESSOR_ARCHITECTURE',
  'PROGRAMFILES',
  'SHELL',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'TEMP',
  'TERM',
  'TMP',
  'USER',
  'USERNAME',
  'USERPROFILE',
  'XDG_CONFIG_HOME',
]

export function readMachineVariables(source: Readonly<Record<string, string | undefined>> = process.env): Readonly<Record<string, string>> {
  return Object.fromEntries(
    MACHINE_VARIABLES.flatMap((name) => {
      const value = source[name]
      return value === undefined || value.trim() === '' ? [] : [[name, value]]
    }),
  )
}

/** All of it with some variables more, for a child of this process. Nothing of it is read. */
export function inheritedEnvironment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...more }
}

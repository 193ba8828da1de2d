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

import { dirname } from 'node:path'
import { systemClock } from '../../base/clock.ts'
import type { ServerConfig } from '../../config/config.ts'
import { thisMachine } from '../../config/machine.ts'
import { isLoopback } from '../../config/secrets.ts'
import { INSTALLED, VERSION } from '../install-paths.ts'
import { noAgentKeys } from './agent-keys.ts'
import type { AgentKeys } from './agent-keys.ts'
import { bridgeVariables } from './bridge-variables.ts'
import { Connections } from './connections.ts'
import type { Installation } from './launch.ts'
import { isProgramRunning } from './running-programs.ts'

/** Connections of this machine's clients to the server of this configuration, which need not run. */
export function createConnections(
  config: ServerConfig,
  { keys = noAgentKeys, machine = thisMachine() }: { keys?: AgentKeys; machine?: ReturnType<typeof thisMachine> } = {},
): Connections {
  const { APPDATA: appData } = machine.env
  return new Connections({
    machine,
    installation: thisInstallation(machine.env['APPIMAGE']),
    // A client hands on few variables: what is usual to it is what is usual without those of a shell.
    variables: bridgeVariables(config, appData === undefined ? {} : { appData }),
    homeFolder: dirname(config.runtimeFile),
    clock: systemClock,
    keys,
    isRunning: (names) => isProgramRunning(names, machine),
  })
}

/** Why a server may not write the configurations of clients over REST; undefined when it may. They are files of the person at its machine. */
export function connectRefusal({ environment, api, ws }: ServerConfig): string | undefined {
  if (environment === 'production')
    return 'TMWS_ENVIRONMENT is production, and such a server changes no programs of its machine. Run tmws connect there instead.'
  const host = [api.host, ...(ws.enabled ? [ws.host] : [])].find((name) => !isLoopback(name))
  return host === undefined
    ? undefined
    : `This server listens on ${host}, for other machines too, and changes no programs of its own. Run tmws connect there instead.`
}

function thisInstallation(appImage: string | undefined): Installation {
  const isElectron = Object.hasOwn(process.versions, 'electron')
  return {
    execPath: process.execPath,
    isElectron,
    bridgeFile: INSTALLED.bridgeFile,
    version: VERSION,
    ...(isElectron && appImage !== undefined && { appImage }),
  }
}

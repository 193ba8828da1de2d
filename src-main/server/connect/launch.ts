import { copyFileSync, existsSync, mkdirSync, realpathSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '../../base/errors.ts'

/** What a client is told to start: absolute paths, few arguments, everything else in variables, and never a secret. */
export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** This copy of TMWS, as another program would start its bridge. */
export interface Installation {
  /** The running Node, or the app. */
  readonly execPath: string
  readonly isElectron: boolean
  /** The file that was opened, where that is an AppImage: `execPath` is in a mount that goes with the process. */
  readonly appImage?: string
  readonly bridgeFile: string
  readonly version: string
}

/** Variables that let the bridge find this server and its data; see `bridgeVariables`. */
export type BridgeVariables = Readonly<Record<string, string>>

export interface LaunchOptions {
  readonly agentId: string
  readonly namespace?: string
  /** True where a stand-in would see another data folder than the server. */
  readonly isVirtualized?: boolean
}

/** Folder beside the discovery file, for the copy of the bridge that an AppImage needs. */
const STABLE_FOLDER = 'bridge'

export function launchOf(installation: Installation, variables: BridgeVariables, homeFolder: string, options: LaunchOptions): Launch {
  const { appImage, isElectron, bridgeFile } = installation
  const noFallback = options.isVirtualized === true || appImage !== undefined
  return {
    command: appImage ?? stableNode(installation.execPath),
    // AppRun adds --no-sandbox in front of everything where it must, and Node does not know it; given by us, AppRun adds none.
    args: appImage === undefined ? [bridgeFile] : [stableBridge(homeFolder), '--no-sandbox'],
    env: {
      ...(isElectron && { ELECTRON_RUN_AS_NODE: '1' }),
      TMWS_AGENT_ID: options.agentId,
      ...(options.namespace !== undefined && { TMWS_AGENT_NAMESPACE: options.namespace }),
      ...variables,
      ...(noFallback && { TMWS_STDIO_FALLBACK: 'false' }),
    },
  }
}

/** Makes what a launch needs on the disk. Throws `unavailable` when the bridge is missing, `conflict` when this copy cannot be started later. */
export function prepareLaunch({ execPath, appImage, bridgeFile }: Installation, homeFolder: string): void {
  const passing = /\/AppTranslocation\/|^\/Volumes\//.exec(execPath)
  if (passing)
    throw new AppError(
      'conflict',
      `TMWS runs from ${execPath}, which will not stay there. Move it into the Applications folder, open it from there, and connect again.`,
    )
  if (!existsSync(bridgeFile)) throw new AppError('unavailable', `${bridgeFile} is not there; run npm run build, or install TMWS again.`)
  if (appImage === undefined) return
  const target = stableBridge(homeFolder)
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  copyFileSync(bridgeFile, `${target}.new`)
  renameSync(`${target}.new`, target)
}

/** Sentences about an installation that may go away by itself. */
export function launchWarnings({ bridgeFile }: Installation): string[] {
  if (!/[\\/]_npx[\\/]/.test(bridgeFile)) return []
  return [
    `This copy of TMWS lies in npm's cache (${bridgeFile}), which npm empties at will. Install it for good: npm install --global tmws`,
  ]
}

/** Homebrew keeps Node in a folder of its version, which an update removes; beside it is a link that follows. */
function stableNode(execPath: string): string {
  const cellar = /^(.*)\/Cellar\/([^/]+)\/[^/]+\/bin\/node$/.exec(execPath)
  const linked = cellar && join(cellar[1] ?? '', 'opt', cellar[2] ?? '', 'bin', 'node')
  try {
    if (linked && realpathSync(linked) === realpathSync(execPath)) return linked
  } catch {
    // There is no such link.
  }
  return execPath
}

function stableBridge(homeFolder: string): string {
  return join(homeFolder, STABLE_FOLDER, 'tmws-bridge.cjs')
}

import { build, Arch, Platform } from 'electron-builder'
import { join } from 'node:path'
import { configuration } from '../../electron-builder.config.ts'
import { ROOT } from '../processes/places.ts'
import { layStandInElectron } from './stand-in-electron.ts'

export type System = 'linux' | 'win' | 'mac'
export type Architecture = 'x64' | 'arm64'

const PLATFORMS = { linux: Platform.LINUX, win: Platform.WINDOWS, mac: Platform.MAC }
const ARCHITECTURES = { x64: Arch.x64, arm64: Arch.arm64 }

/**
 * Has electron-builder lay out the app for a system, by our configuration and with a stand-in of Electron, and returns the folder of its
 * resources. Nothing is downloaded, signed or compressed.
 */
export async function packApp(folder: string, system: System, architecture: Architecture): Promise<string> {
  const config = configuration({ repository: 'someone/tmws' })
  const output = join(folder, `${system} ${architecture}`)
  await build({
    projectDir: ROOT,
    targets: PLATFORMS[system].createTarget('dir', ARCHITECTURES[architecture]),
    publish: 'never',
    config: {
      ...config,
      electronDist: layStandInElectron(join(folder, `electron for ${system}`), system),
      directories: { ...config.directories, output },
      compression: 'store',
      // What is written into Electron's own program needs that program.
      disableAsarIntegrity: system === 'win',
      win: { ...config.win, signAndEditExecutable: false },
      mac: { ...config.mac, identity: null },
    },
  })
  const suffix = architecture === 'x64' ? '' : `-${architecture}`
  if (system === 'mac') return join(output, `mac${suffix}`, 'TMWS.app', 'Contents', 'Resources')
  return join(output, `${system}${suffix}-unpacked`, 'resources')
}

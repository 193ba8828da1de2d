import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Marks where Electron's fuses are in its program (https://github.com/electron/fuses); 1 is the version, then how many, then each. */
const FUSES = Buffer.concat([Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'), Buffer.from([1, 9]), Buffer.from('101001000')])

/** A folder that looks like Electron's to electron-builder: its names, and a program that has nothing but fuses. */
export function layStandInElectron(folder: string, system: 'linux' | 'win' | 'mac'): string {
  const put = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content, { mode: 0o755 })
  }
  put('LICENSE', 'of Electron')
  put('version', '0.0.0')
  if (system === 'mac') {
    layMacApp(put)
    return folder
  }
  put(system === 'win' ? 'electron.exe' : 'electron', FUSES)
  for (const language of ['en-US', 'ja', 'de']) put(`locales/${language}.pak`, '')
  mkdirSync(join(folder, 'resources'), { recursive: true })
  return folder
}

function layMacApp(put: (path: string, content: string | Buffer) => void): void {
  const contents = 'Electron.app/Contents'
  put(`${contents}/MacOS/Electron`, '')
  put(`${contents}/Info.plist`, plist('Electron'))
  put(`${contents}/Frameworks/Electron Framework.framework/Electron Framework`, FUSES)
  put(`${contents}/Frameworks/Electron Framework.framework/Versions/A/Resources/en.lproj/locale.pak`, '')
  put(`${contents}/Resources/en.lproj/locale.pak`, '')
  for (const kind of ['', ' (GPU)', ' (Plugin)', ' (Renderer)']) {
    const helper = `${contents}/Frameworks/Electron Helper${kind}.app/Contents`
    put(`${helper}/MacOS/Electron Helper${kind}`, '')
    put(`${helper}/Info.plist`, plist(`Electron Helper${kind}`))
  }
}

function plist(name: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict><key>CFBundleExecutable</key><string>${name}</string></dict></plist>`
}

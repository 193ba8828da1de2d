import type { Configuration } from 'electron-builder'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { APP_ID, LINK_SCHEME } from './src-main/app/app-id.ts'
import { packagedModules } from './resources/scripts/dist-packages.ts'

export interface DistOptions {
  /** `owner/name` on GitHub, where releases are published and installed apps look for them. Absent: an app without updates. */
  readonly repository?: string
}

const { dropped, unpacked } = packagedModules()
const PREBUILDS = 'node_modules/better-sqlite3{,-multiple-ciphers}/prebuilds'
const ONNX = 'node_modules/onnxruntime-node/bin/napi-v*'

/** Of every system. Not under `files` of the whole: electron-builder would not hold what a system leaves out against it. */
const FILES: readonly string[] = [
  'out/{main,preload,renderer,bridge,fallback}/**',
  'out/THIRD-PARTY-LICENSES.txt',
  'out/sbom.cdx.json',
  'resources/models/**',
  'resources/icons/tray-*',
  'resources/icons/png/256x256.png',
  'resources/docs/*.md',
  'LICENSE',
  '!**/*.map',
  '!out/**/*.d.ts',
  // Their code is in the bundle.
  ...dropped.map((folder) => `!${folder}/**`),
  '!node_modules/**/*.{md,markdown,ts,mts,cts,flow,gyp,gypi}',
  '!node_modules/**/*.{test,spec}.{js,cjs,mjs}',
  '!node_modules/**/{test,tests,__tests__,example,examples,bench,benchmark,benchmarks,.github}/**',
  // Sources of what is there as a program.
  '!node_modules/better-sqlite3{,-multiple-ciphers}/{deps,src}/**',
  '!node_modules/onnxruntime-node/script/**',
]

/**
 * How the installers are made: see resources/docs/adr/0018-desktop-app.md. Patterns are electron-builder's; `\${arch}` is its word for the
 * architecture that is being packaged.
 */
export function configuration({ repository }: DistOptions = {}): Configuration {
  const [owner = 'tmws', repo] = repository?.split('/') ?? []
  return {
    appId: APP_ID,
    productName: 'TMWS',
    copyright: 'Copyright © TMWS contributors',
    directories: { output: 'dist', buildResources: 'resources/entitlements' },
    // Opened by native code or by other programs, which read no archive. The server that a bridge starts by itself is one of those.
    asar: true,
    asarUnpack: ['out/{bridge,fallback}/**', 'resources/models/**', '**/*.node', ...unpacked.map((folder) => `${folder}/**`)],
    afterPack: ({ appOutDir, packager }) => describeUnpacked(packager.getResourcesDir(appOutDir)),
    extraMetadata: { scripts: null, devDependencies: null, allowScripts: null },
    // Node-API: one file for Node and Electron, and already in the packages.
    npmRebuild: false,
    electronLanguages: ['en-US', 'ja'],
    electronFuses: {
      // Bridges of Claude Desktop and `tmws --server` are this program as plain Node.
      runAsNode: true,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    },
    protocols: [{ name: 'TMWS', schemes: [LINK_SCHEME] }],
    artifactName: '${productName}-${version}-${os}-${arch}.${ext}',
    publish: repo === undefined ? null : [{ provider: 'github', owner, repo }],
    mac: {
      target: [
        { target: 'dmg', arch: ['universal'] },
        // What updates are made of.
        { target: 'zip', arch: ['universal'] },
      ],
      icon: 'resources/icons/icon.icns',
      category: 'public.app-category.productivity',
      hardenedRuntime: true,
      entitlements: 'resources/entitlements/app.plist',
      entitlementsInherit: 'resources/entitlements/app.plist',
      minimumSystemVersion: '13.0',
      extendInfo: { CFBundleLocalizations: ['en', 'ja'] },
      files: [
        ...FILES,
        `!${PREBUILDS}/!(darwin-*).node`,
        `!${ONNX}/!(darwin){,/**}`,
        // The same library a second time, by a name that nothing asks for.
        `!${ONNX}/darwin/*/libonnxruntime.*.*.*.dylib`,
      ],
      // The native files of both architectures are in both halves; whoever loads them chooses.
      x64ArchFiles: '**/{better-sqlite3,better-sqlite3-multiple-ciphers,onnxruntime-node}/**',
    },
    win: {
      target: [{ target: 'nsis', arch: ['x64', 'arm64'] }],
      icon: 'resources/icons/icon.ico',
      requestedExecutionLevel: 'asInvoker',
      files: [...FILES, `!${PREBUILDS}/!(win32-\${arch}).node`, `!${ONNX}/!(win32){,/**}`, `!${ONNX}/win32/!(\${arch}){,/**}`],
    },
    // For one user, without the rights of an administrator, into a folder without spaces: hosts hand its path through shells.
    nsis: { oneClick: true, perMachine: false, allowElevation: false, deleteAppDataOnUninstall: false, buildUniversalInstaller: false },
    linux: {
      target: [
        { target: 'AppImage', arch: ['x64', 'arm64'] },
        { target: 'deb', arch: ['x64', 'arm64'] },
      ],
      icon: 'resources/icons/png',
      executableName: 'tmws',
      category: 'Utility',
      synopsis: 'One shared memory for all your AI agents',
      maintainer: `TMWS contributors <${owner}@users.noreply.github.com>`,
      files: [...FILES, `!${PREBUILDS}/!(linux-\${arch}).node`, `!${ONNX}/!(linux){,/**}`, `!${ONNX}/linux/!(\${arch}){,/**}`],
      desktop: { entry: { Keywords: 'memory;agent;MCP;' } },
    },
  }
}

/** The version and the kind of modules, for what lies beside the archive. (As an extra resource it would be missing inside.) */
function describeUnpacked(resources: string): Promise<void> {
  const { name, version, type } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8')) as Record<string, string> // our own
  return writeFile(join(resources, 'app.asar.unpacked', 'package.json'), `${JSON.stringify({ name, version, type }, null, 2)}\n`)
}

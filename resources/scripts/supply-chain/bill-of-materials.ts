import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LOCAL_MODEL } from '../../../src-main/embedding/model-manifest.ts'
import { runNpm } from './npm-command.ts'
import type { ShippedPackage } from './shipped-packages.ts'

interface Component {
  readonly 'bom-ref': string
  readonly type: string
  readonly name: string
  readonly version: string
  readonly [more: string]: unknown
}
export interface Bom {
  readonly bomFormat: 'CycloneDX'
  readonly metadata: { readonly component: Component; readonly [more: string]: unknown }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[]
  readonly [more: string]: unknown
}

/** Whatever NODE_ENV or a setting of npm leaves out: what is bundled is a dependency of development. */
const EVERYTHING = ['--include=dev', '--include=optional', '--include=peer']
const MODEL_FOLDER = join('resources', 'models', LOCAL_MODEL.id)

/** The bill of materials of a release (CycloneDX, JSON): npm's own of everything that is installed, cut to what is shipped, with the model. */
export async function billOfMaterials(root: string, packages: readonly ShippedPackage[]): Promise<Bom> {
  const { stdout } = await runNpm(root, [
    'sbom',
    '--sbom-format=cyclonedx',
    '--sbom-type=application',
    '--package-lock-only',
    ...EVERYTHING,
  ])
  return cutTo(JSON.parse(stdout) as Bom, packages, modelComponent(root))
}

/** `bom` without what is not shipped; what is shipped is required, whatever npm takes it for. */
export function cutTo(bom: Bom, packages: readonly ShippedPackage[], model: Component | undefined): Bom {
  const shipped = new Set(packages.map(({ name, version }) => `${name}@${version}`))
  const isShipped = ({ name, version }: Component): boolean => shipped.has(`${name}@${version}`)
  const components = bom.components.filter(isShipped).map((component) => ({ ...component, scope: 'required', properties: [] }))
  const { component: product } = bom.metadata
  const refs = new Set([product['bom-ref'], ...components.map((component) => component['bom-ref'])])
  const dependencies = bom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => refs.has(other)) }))
  return {
    ...bom,
    // npm takes the name of the folder.
    metadata: { ...bom.metadata, component: { ...product, name: product['bom-ref'].split('@')[0] ?? product.name } },
    components: model ? [...components, model] : components,
    dependencies,
  }
}

function modelComponent(root: string): Component | undefined {
  const file = join(root, MODEL_FOLDER, 'model.onnx')
  if (!existsSync(file)) return undefined
  const content = createHash('sha256').update(readFileSync(file)).digest('hex')
  return {
    'bom-ref': `model:${LOCAL_MODEL.id}`,
    type: 'machine-learning-model',
    name: LOCAL_MODEL.id,
    version: '1',
    description: 'Sentence embeddings; sentence-transformers/all-MiniLM-L6-v2, quantised to 8 bits by the build.',
    hashes: [{ alg: 'SHA-256', content }],
    licenses: [{ license: { id: 'Apache-2.0' } }],
  }
}

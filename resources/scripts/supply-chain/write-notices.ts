// Writes into out/ what a release must say of the works of others: their licences, and the bill of materials.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { billOfMaterials } from './bill-of-materials.ts'
import { licenceTexts } from './licence-texts.ts'
import { shippedPackages } from './shipped-packages.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
export const NOTICES_FILE = join('out', 'THIRD-PARTY-LICENSES.txt')
export const BOM_FILE = join('out', 'sbom.cdx.json')

/** Needs no network. Throws when npm, which knows the packages, cannot be run. */
export async function writeNotices(): Promise<void> {
  const packages = shippedPackages(ROOT)
  mkdirSync(join(ROOT, 'out'), { recursive: true })
  writeFileSync(join(ROOT, NOTICES_FILE), licenceTexts(ROOT, packages))
  writeFileSync(join(ROOT, BOM_FILE), `${JSON.stringify(await billOfMaterials(ROOT, packages), null, 2)}\n`)
}

if (import.meta.main) await writeNotices()

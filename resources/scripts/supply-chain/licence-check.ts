// `npm run check:licences`: every package of a release must be under a licence that asks for no more than its notice.
import { join } from 'node:path'
import satisfies from 'spdx-satisfies'
import { shippedPackages } from './shipped-packages.ts'
import type { ShippedPackage } from './shipped-packages.ts'

/** SPDX identifiers. One more is a decision: it needs a line in resources/docs/adr/0015-operations.md. */
export const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]

/** One sentence for each package whose licence is not allowed, is missing, or is no SPDX expression. */
export function licenceProblems(packages: readonly ShippedPackage[]): string[] {
  return packages.flatMap(({ name, version, licence }) => {
    if (licence === undefined || licence === '') return [`${name} ${version} states no licence.`]
    try {
      return satisfies(licence, ALLOWED) ? [] : [`${name} ${version} is under ${licence}, which is not on the list.`]
    } catch {
      return [`${name} ${version} is under "${licence}", which is no SPDX expression.`]
    }
  })
}

if (import.meta.main) {
  const packages = shippedPackages(join(import.meta.dirname, '..', '..', '..'))
  const problems = licenceProblems(packages)
  for (const problem of problems) console.log(problem)
  console.log(`${packages.length} packages in a release, ${problems.length} with a licence that is not allowed.`)
  process.exitCode = problems.length === 0 ? 0 : 1
}

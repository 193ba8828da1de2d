// `npm run check:audit`: no package of a release has a known hole that is high or critical. Where the registry cannot say, that is said.
import { join } from 'node:path'
import { runNpm } from './npm-command.ts'

interface AuditReport {
  readonly metadata?: { readonly vulnerabilities?: Readonly<Record<string, number>> }
  readonly vulnerabilities?: Readonly<Record<string, { readonly name: string; readonly severity: string; readonly range?: string }>>
}

export type AuditVerdict = { readonly isKnown: false } | { readonly isKnown: true; readonly holes: string[] }

/** What npm's answer says; not known when it holds no report, as from a registry without that service or without a network. */
export function readAudit(stdout: string): AuditVerdict {
  let report: AuditReport
  try {
    report = JSON.parse(stdout) as AuditReport
  } catch {
    return { isKnown: false }
  }
  if (!report.metadata?.vulnerabilities) return { isKnown: false }
  const grave = Object.values(report.vulnerabilities ?? {}).filter(({ severity }) => severity === 'high' || severity === 'critical')
  return { isKnown: true, holes: grave.map(({ name, severity, range = 'all versions' }) => `${name} (${range}): ${severity}`) }
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..', '..', '..')
  // npm fails when it finds something, and prints its report all the same.
  const { stdout } = await runNpm(root, ['audit', '--omit=dev', '--audit-level=high', '--json']).catch((error: unknown) => ({
    stdout: error instanceof Error && 'stdout' in error ? String(error.stdout) : '',
  }))
  const verdict = readAudit(stdout)
  if (!verdict.isKnown) console.log('NOT RUN: npm audit. The registry offers no audit endpoint, or cannot be reached.')
  else {
    for (const hole of verdict.holes) console.log(hole)
    console.log(`${verdict.holes.length} known holes that are high or critical in the packages of a release.`)
    process.exitCode = verdict.holes.length === 0 ? 0 : 1
  }
}

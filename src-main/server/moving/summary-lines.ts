import type { ImportSummary } from '../../contract/transfer.ts'

const REASONS: Readonly<Record<string, string>> = {
  conflict: 'their id holds something else here',
  same_content: 'their owner says exactly that here already',
  name_taken: 'another workflow has their name here',
  no_memory: 'their memory is not here',
  other_dimensions: 'the model has other dimensions here',
}

const NAMES: Readonly<Record<string, string>> = {
  agent: 'agents',
  memory: 'memories',
  history: 'changes of memories',
  vector: 'sets of vectors',
  task: 'tasks',
  workflow: 'workflows',
  execution: 'runs of workflows',
}

/** A summary for the person at the terminal. */
export function summaryLines(summary: Pick<ImportSummary, 'kinds' | 'kept'> & Partial<ImportSummary>): string[] {
  const lines = [summary.dry_run === true ? 'Nothing was changed. This would be done:' : 'Done:']
  for (const [kind, tally] of Object.entries(summary.kinds)) {
    const skipped = Object.entries(tally.skipped).map(([reason, count]) => `${count} skipped (${REASONS[reason] ?? reason})`)
    const parts = [
      `${tally.new} new`,
      `${tally.unchanged} unchanged`,
      ...(tally.replaced > 0 ? [`${tally.replaced} replaced`] : []),
      ...skipped,
    ]
    lines.push(`  ${NAMES[kind] ?? kind}: ${parts.join(', ')}`)
  }
  if (Object.keys(summary.kinds).length === 0) lines.push('  there was nothing in it')
  for (const { line, kind, id, reason } of summary.kept.slice(0, 10))
    lines.push(`  skipped: ${kind} ${id}${line > 0 ? ` (line ${line})` : ''}: ${reason}`)
  if (summary.kept.length > 10) lines.push(`  and ${summary.kept.length - 10} more that were skipped`)
  for (const { line, reason } of summary.bad_lines ?? []) lines.push(`  bad line ${line}: ${reason}`)
  const unlisted = (summary.bad_line_count ?? 0) - (summary.bad_lines?.length ?? 0)
  if (unlisted > 0) lines.push(`  and ${unlisted} more bad lines`)
  return lines
}

/** A place in a text that looks like a credential. */
export interface SecretFinding {
  /** Lower-case words with hyphens, for example `github-token`. */
  readonly kind: string
  /** Index of its first UTF-16 unit, and of the one after its last. */
  readonly start: number
  readonly end: number
}

/** In the order of the text, each place once: of two that overlap, the one that begins first, grown to hold both. */
export function mergeFindings(findings: readonly SecretFinding[]): SecretFinding[] {
  const merged: SecretFinding[] = []
  for (const finding of findings.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1)
    if (last && finding.start < last.end) merged[merged.length - 1] = { ...last, end: Math.max(last.end, finding.end) }
    else merged.push(finding)
  }
  return merged
}

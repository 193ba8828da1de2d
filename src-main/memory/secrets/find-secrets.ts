import { findByOwnRules } from './own-rules.ts'
import { loadPublishedRules } from './published-rules.ts'
import type { PublishedScan } from './published-rules.ts'
import { mergeFindings } from './secret-finding.ts'
import type { SecretFinding } from './secret-finding.ts'
import { mayHoldSecret } from './secret-gate.ts'

let published: Promise<PublishedScan> | undefined

/**
 * Places in a text that look like credentials, in its order and without overlap. The published rules are loaded for the first text that
 * could hold any.
 */
export async function findSecrets(text: string): Promise<SecretFinding[]> {
  if (!mayHoldSecret(text)) return []
  published ??= loadPublishedRules()
  const scan = await published
  return mergeFindings([...findByOwnRules(text), ...scan(text)])
}

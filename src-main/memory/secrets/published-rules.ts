import type { SecretLintRuleContext, SecretLintRuleCreator, SecretLintSourceCode } from '@secretlint/types'
import type { SecretFinding } from './secret-finding.ts'

/**
 * The rules of Secretlint's recommended preset. They are called by themselves and not through `@secretlint/core`, which leaves some sixty
 * entries in the process's performance timeline for every text it looks at, for ever (ADR 16).
 */
export type PublishedScan = (text: string) => SecretFinding[]

const LEFT_OUT: ReadonlySet<string> = new Set([
  // Ours find these inside prose and JSON as well, and only what is secret of them.
  'aws',
  'gcp',
  'privatekey',
  'basicauth',
  'database-connection-string',
  // A text must not be able to switch the rules off.
  'filter-comments',
])

/** Some rules take a placeholder for the real thing; these look twice. By the kind of a finding. */
const SECOND_LOOKS: Readonly<Record<string, (secret: string) => boolean>> = {
  'slack-token': (secret) => secret.length >= 32 && (secret.match(/\d/g)?.length ?? 0) >= 6,
  'npm-token': (secret) => !secret.startsWith('_authToken=') || /^_authToken=[\w+/=-]{20,}$/.test(secret.trim()),
}

/** Loads the rules: some tens of milliseconds and a few MiB, the first time. */
export async function loadPublishedRules(): Promise<PublishedScan> {
  const { rules } = await import('@secretlint/secretlint-rule-preset-recommend')
  // Each rule has options of its own, all of them optional.
  const chosen = (rules as readonly SecretLintRuleCreator[]).filter(({ meta }) => !LEFT_OUT.has(serviceOf(meta.id)))
  return (text) => chosen.flatMap((rule) => scanWith(rule, text))
}

function scanWith(rule: SecretLintRuleCreator, text: string): SecretFinding[] {
  const found: SecretFinding[] = []
  const context: SecretLintRuleContext = {
    sharedOptions: {},
    createTranslator: () => (messageId) => ({ messageId: String(messageId), message: String(messageId), data: undefined }),
    ignore: () => undefined,
    report: ({ message, range: [start, end] }) => {
      const kind = kindOf(rule.meta.id, message.messageId)
      if (SECOND_LOOKS[kind]?.(text.slice(start, end)) !== false) found.push({ kind, start, end })
    },
  }
  // All that rules about texts read of it.
  const source = { filePath: '', ext: '', contentType: 'text', content: text } as unknown as SecretLintSourceCode
  // What is left in answers at once; only rules that read files take their time.
  void rule.create(context, {}).file?.(source)
  return found
}

function serviceOf(ruleId: string): string {
  return ruleId.replace(/^.*secretlint-rule-/, '')
}

function kindOf(ruleId: string, messageId: string): string {
  const noun = /webhook/i.test(messageId) ? 'webhook' : /key/i.test(messageId) && !/token/i.test(messageId) ? 'key' : 'token'
  return `${serviceOf(ruleId)}-${noun}`
}

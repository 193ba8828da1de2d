import type { SecretFinding } from './secret-finding.ts'

/**
 * Rules for what the published ones (published-rules.ts) leave out or find in files only, not in the middle of prose. Every expression
 * is bounded, and starts only where the character before cannot belong to the same word: texts of any shape take linear time.
 */
interface Rule {
  readonly kind: string
  /** With the group `secret` where only a part of the match is one. */
  readonly pattern: RegExp
  readonly accepts?: (match: RegExpExecArray) => boolean
}

const RULES: readonly Rule[] = [
  {
    // Base 32, by https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html; the documentation's own end in EXAMPLE.
    kind: 'aws-access-key-id',
    pattern: /(?<![A-Za-z0-9+/])A[KS]IA[A-Z2-7]{16}(?![A-Za-z0-9+/])/g,
    accepts: ([text]) => !text.endsWith('EXAMPLE'),
  },
  {
    // Forty characters like many others: only where its name stands before it.
    kind: 'aws-key',
    pattern:
      /(?<![A-Za-z0-9])(?:aws_?)?secret_?access_?key["']?\s{0,4}(?:=>|[:=])\s{0,4}["']?(?<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/dgi,
    accepts: ({ groups }) => groups?.['secret']?.endsWith('EXAMPLEKEY') !== true,
  },
  // https://cloud.google.com/docs/authentication/api-keys
  { kind: 'google-api-key', pattern: /(?<![\w-])AIza[\w-]{35}(?![\w-])/g },
  // Client secrets of https://developers.google.com/identity/protocols/oauth2
  { kind: 'google-client-secret', pattern: /(?<![\w-])GOCSPX-[\w-]{28}(?![\w-])/g },
  // Besides API keys: admin keys and the tokens of signed-in programs.
  { kind: 'anthropic-key', pattern: /(?<![\w-])sk-ant-[a-z]{2,12}\d{2}-[\w-]{60,200}(?![\w-])/g },
  // https://openrouter.ai/docs/api-reference/authentication
  { kind: 'openrouter-key', pattern: /(?<![\w-])sk-or-v1-[0-9a-f]{64}(?![\w-])/g },
  // Connection strings of https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string
  { kind: 'azure-storage-key', pattern: /(?<!\w)AccountKey=(?<secret>[A-Za-z0-9+/]{86}==)/g },
  // https://github.com/C2SP/C2SP/blob/main/age.md
  { kind: 'age-secret-key', pattern: /(?<!\w)AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}(?!\w)/g },
  // RFC 7519, signed. A header that does not decode to one is something else.
  { kind: 'jwt', pattern: /(?<![\w-])eyJ[\w-]{10,4096}\.eyJ[\w-]{10,65536}\.[\w-]{16,4096}(?![\w-])/g, accepts: ([text]) => isJwt(text) },
  // Our own tokens. Names of our metrics begin alike, in lower case.
  {
    kind: 'tmws-token',
    pattern: /(?<![\w-])tmws_[\w-]{20,128}(?![\w-])/g,
    accepts: ([text]) => /\d/.test(text) && /[A-Z]|(?:\d\D*){4}/.test(text),
  },
  {
    // RFC 3986, userinfo. Only the password is the secret.
    kind: 'url-password',
    pattern: /(?<![\w+.-])[A-Za-z][\w+.-]{0,31}:\/\/(?<user>[^\s:@/?#"'`<>\\]{0,256}):(?<secret>[^\s@/?#"'`<>\\]{1,256})@(?=[\w[])/dg,
    accepts: ({ groups }) => !isPlaceholder(groups?.['secret'] ?? '', groups?.['user'] ?? ''),
  },
]

/** Every place that one of the rules of this file finds. */
export function findByOwnRules(text: string): SecretFinding[] {
  const found = RULES.flatMap(({ kind, pattern, accepts }) =>
    [...text.matchAll(pattern)].flatMap((match): SecretFinding[] => {
      if (accepts?.(match) === false) return []
      const [start, end] = match.indices?.groups?.['secret'] ?? partOf(match)
      return [{ kind, start, end }]
    }),
  )
  return [...found, ...findPrivateKeys(text)]
}

function partOf({ 0: whole, index, groups }: RegExpExecArray): [number, number] {
  const secret = groups?.['secret']
  const end = index + whole.length
  return [secret === undefined ? index : end - secret.length, end]
}

const KEY_HEADER = /-----BEGIN (?:[A-Z0-9]{2,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g
/** Of base 64, in one line. A header that people write about has no such thing behind it. */
const KEY_LINE = /[A-Za-z0-9+/=]{32,}/g
/** Longer than any key that people use. */
const MAX_KEY_CHARACTERS = 20_000

/** PEM (RFC 7468) and OpenPGP keys, whole or cut off, also with their line breaks written as `\n` in JSON. */
function findPrivateKeys(text: string): SecretFinding[] {
  return [...text.matchAll(KEY_HEADER)].flatMap(({ 0: header, index }): SecretFinding[] => {
    const bodyStart = index + header.length
    const dashes = text.indexOf('-----', bodyStart)
    const bodyEnd = Math.min(dashes === -1 ? text.length : dashes, bodyStart + MAX_KEY_CHARACTERS)
    const last = [...text.slice(bodyStart, bodyEnd).matchAll(KEY_LINE)].at(-1)
    if (!last) return []
    const isWhole = bodyEnd === dashes && text.startsWith('-----END ', dashes)
    const footer = isWhole ? text.indexOf('-----', dashes + 5) : -1
    const end = footer === -1 || footer > dashes + 80 ? bodyStart + last.index + last[0].length : footer + 5
    return [{ kind: 'private-key', start: index, end }]
  })
}

function isJwt(text: string): boolean {
  try {
    const header: unknown = JSON.parse(Buffer.from(text.slice(0, text.indexOf('.')), 'base64url').toString())
    return typeof header === 'object' && header !== null && 'alg' in header
  } catch {
    return false
  }
}

const WORDS_FOR_PASSWORDS =
  /^(?:(?:my|your|the|db|some|new|old|user|super|top)[-_ ]?){0,2}(?:password|passwd|passw0rd|pass|pwd|pw|secret|token|key|credentials?|change-?me|example|redacted|masked|hidden|placeholder)\d{0,3}$/i

/** What documents and templates write where a password would stand, and default logins that everybody knows. */
function isPlaceholder(password: string, user: string): boolean {
  return /^[$%{[(*.•]/.test(password) || /^(.)\1*$/.test(password) || password === user || WORDS_FOR_PASSWORDS.test(password)
}

/** Rules about secrets. Their values are never put into a message. */

const SAMPLE_WORDS = /change|example|sample|secret|password|default|your[-_ ]|insert|replace|test|demo|12345/i
/** Distinct characters below which a long secret is a pattern, not chance. */
const MIN_DISTINCT_CHARACTERS = 12

/** Why a secret is too weak for production, as the end of a sentence; undefined when it is not. Its length has been checked. */
export function secretProblem(secret: string): string | undefined {
  if (SAMPLE_WORDS.test(secret)) return 'looks like a sample value, which everybody knows'
  if (new Set(secret).size < MIN_DISTINCT_CHARACTERS) return 'repeats too few characters to be hard to guess'
  return undefined
}

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}

/**
 * Why a request to an embedding server failed:
 * - `away`: it cannot be reached, is too busy or broken for the moment; the same request may do later
 * - `refused`: it answers, but not to us: key, model or address are wrong, and somebody has to change that
 * - `invalid`: its answer is no list of vectors
 * - `too-large`: fewer or shorter texts would do
 * - `rejected`: this request is not to its liking, others may be
 */
export type ProblemKind = 'away' | 'refused' | 'invalid' | 'too-large' | 'rejected'

/** A failed request, with a sentence that may be shown to anyone: it holds no key, no header and no text of a memory. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly kind: ProblemKind
  /** How long the server asks us to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(kind: ProblemKind, message: string, retryAfterMs?: number) {
    super(message)
    this.kind = kind
    this.retryAfterMs = retryAfterMs
  }

  get isRetryable(): boolean {
    return this.kind === 'away' || this.kind === 'invalid'
  }
}

const TOO_LARGE = /too (large|long|many)|exceed|maximum (context|batch)|must have less than|context length|payload/i
const LONGEST_QUOTE = 200

/** What a status that is no success means. `body` is quoted only where the request held no text of a memory. */
export function problemOfStatus(
  status: number,
  body: string,
  { retryAfter, mayQuote, apiKey }: { readonly retryAfter: string | null; readonly mayQuote: boolean; readonly apiKey: string | undefined },
): HttpProblem {
  const said = sentenceOf(body)
  const quote = mayQuote && said !== '' ? `: ${withoutKey(said, apiKey).slice(0, LONGEST_QUOTE)}` : ''
  if (status === 401 || status === 403)
    return new HttpProblem('refused', `the embedding server refuses the key (${status}); check TMWS_EMBEDDING_API_KEY`)
  if (status === 404 || status === 405 || status === 410)
    return new HttpProblem(
      'refused',
      `the embedding server knows no such address or model (${status}${quote}); check TMWS_EMBEDDING_URL and TMWS_EMBEDDING_MODEL`,
    )
  if (status >= 300 && status < 400)
    return new HttpProblem('refused', `the embedding server sends us elsewhere (${status}); set TMWS_EMBEDDING_URL to its final address`)
  if (status === 413 || (TOO_LARGE.test(said) && status !== 429 && status !== 503))
    return new HttpProblem('too-large', `the embedding server takes no request of this size (${status})`)
  if (status === 429) return new HttpProblem('away', `the embedding server limits our requests (429${quote})`, waitOf(retryAfter))
  if (status === 408 || status === 425 || status >= 500)
    return new HttpProblem('away', `the embedding server failed (${status}${quote})`, waitOf(retryAfter))
  if (status === 400 || status === 422)
    return new HttpProblem(
      'rejected',
      `the embedding server rejects the request (${status}${quote}); check TMWS_EMBEDDING_MODEL and TMWS_EMBEDDING_DIMENSIONS`,
    )
  return new HttpProblem('refused', `the embedding server refuses us (${status}${quote}); check the account behind TMWS_EMBEDDING_API_KEY`)
}

/** `Retry-After`: seconds or a date (RFC 9110, 10.2.3). */
function waitOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null || retryAfter.trim() === '') return undefined
  const seconds = Number(retryAfter)
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(retryAfter) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

/** The sentence in an error body, in whichever of the usual places it stands. */
function sentenceOf(body: string): string {
  let found: unknown = body
  try {
    // Whatever the server sent; each step checks what it finds.
    const value = JSON.parse(body) as { error?: { message?: unknown } | string; message?: unknown; detail?: unknown } | null
    const { error } = value ?? {}
    found = (typeof error === 'object' ? error.message : error) ?? value?.message ?? value?.detail
  } catch {
    // Plain text is as good.
  }
  // eslint-disable-next-line no-control-regex -- that is what is taken out
  return typeof found === 'string' ? found.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim() : ''
}

/** Servers echo keys. Whole or in pieces, none of it is shown. */
function withoutKey(text: string, apiKey: string | undefined): string {
  const hidden = text.replace(/\b(bearer|basic)\s+\S+/gi, '$1 …').replace(/\b(sk|pk|key|hf)[-_][\w*.-]{4,}/gi, '…')
  return apiKey === undefined ? hidden : hidden.replaceAll(apiKey, '…').replaceAll(encodeURIComponent(apiKey), '…')
}

import type { ApiDocument } from '../api-document/api-document.ts'
import type { RawAnswer } from '../clients/raw-http.ts'
import type { RestCase } from './rest-case.ts'

/** What HTTP itself answers before there is an operation: a header too many, an expectation of nobody. */
const OF_HTTP: readonly number[] = [417, 431]

/** What is wrong with an answer, by the document and by what holds for every answer; empty when nothing is. */
export function faultsOfAnswer(document: ApiDocument, { operation, method, headers, isStrayed }: RestCase, answer: RawAnswer): string[] {
  const { status, text } = answer
  const contentType = answer.headers['content-type'] ?? ''
  const faults: string[] = []
  if (status >= 500 && status !== 503) faults.push(`status ${status}: ${text.slice(0, 500)}`)
  if (answer.headers['x-powered-by'] !== undefined || /\n\s+at .+:\d+:\d+/.test(text))
    faults.push(`it tells of its inside: ${text.slice(0, 300)}`)
  if (OF_HTTP.includes(status) && (headers['Expect'] !== undefined || headers['X-Filler-0'] !== undefined)) return faults
  const path = operation.path
  // A handshake is no operation: it is refused everywhere but on the event feed.
  const isHandshake = headers['Upgrade'] === 'websocket' && method === 'GET'
  const isDocumented = !isHandshake && document.raw.paths[path]?.[method.toLowerCase()] !== undefined
  if (isDocumented && !isStrayed) return [...faults, ...document.faultsOf(method, path, { status, contentType, text })]
  if (method === 'HEAD') return text === '' ? faults : [...faults, 'HEAD has a body']
  if (method === 'OPTIONS') return faults
  if (!isStrayed && status < 400) faults.push(`${method} is not documented, and was done with status ${status}`)
  // A stray may be answered by the dashboard or another operation; a refusal always looks the same.
  if (status >= 400) faults.push(...document.faultsOfRefusal({ contentType, text }))
  return faults
}

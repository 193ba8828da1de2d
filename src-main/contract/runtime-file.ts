/**
 * The discovery file `~/.tmws/runtime.json`: where the running server listens. Written by the server (mode 0600), read by
 * the bridge, the command line and the app. No schema library: the bridge reads this file too.
 */
export interface RuntimeFile {
  /** `http://127.0.0.1:8000` */
  readonly api_url: string
  /** `ws://127.0.0.1:8001`; absent when the WebSocket port is off. */
  readonly ws_url?: string
  readonly pid: number
  readonly version: string
  /** ISO 8601 UTC. */
  readonly started_at: string
  /** Owner token for the app and the command line of the same person. Never for an agent. */
  readonly token?: string
}

/** Reads a parsed JSON value as a discovery file; undefined if it is not one. */
export function asRuntimeFile(value: unknown): RuntimeFile | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const file = value as Partial<Record<keyof RuntimeFile, unknown>>
  const isWhole =
    typeof file.api_url === 'string' &&
    typeof file.pid === 'number' &&
    Number.isInteger(file.pid) &&
    // 0 and below name groups of processes, which always "live".
    file.pid > 0 &&
    typeof file.version === 'string' &&
    typeof file.started_at === 'string' &&
    (file.ws_url === undefined || typeof file.ws_url === 'string') &&
    (file.token === undefined || typeof file.token === 'string')
  return isWhole ? (value as RuntimeFile) : undefined
}

import type { ToolContext } from '../tools/tool.ts'

/** The part of an MCP request that this needs. */
interface ProgressRequest {
  readonly _meta?: { readonly progressToken?: string | number | undefined } | undefined
  readonly notify: (notification: { method: 'notifications/progress'; params: ProgressParams }) => Promise<void>
}

interface ProgressParams {
  [key: string]: unknown
  progressToken: string | number
  progress: number
  total: number
  message: string
}

/**
 * Sends `notifications/progress` for a request that asked for it with a token. MCP wants each to be more than the one before
 * (2025-11-25, basic/utilities/progress), so what is no news is not sent.
 */
export function progressReporter(request: ProgressRequest): ToolContext['report'] {
  const progressToken = request._meta?.progressToken
  if (progressToken === undefined) return undefined
  let last = -1
  return (progress) => {
    if (progress.progress <= last) return
    last = progress.progress
    // A client that has gone hears of nothing; the call notices by itself.
    void request.notify({ method: 'notifications/progress', params: { progressToken, ...progress } }).catch(() => undefined)
  }
}

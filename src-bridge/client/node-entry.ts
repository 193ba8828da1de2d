import { BaseClient } from './base-client.ts'
import type { TmwsClientOptions } from './client-options.ts'
import { nodePlatform } from './node-platform.ts'

export type { ClientEvents } from './base-client.ts'
export type { TmwsClientOptions } from './client-options.ts'
export type { ClientSession } from './client-session.ts'
export { TmwsError } from './tmws-error.ts'
export type { TmwsErrorCode } from './tmws-error.ts'
export type { CallOptions } from './tool-methods.ts'
export type { ServerEvent } from '../../src-main/contract/events.ts'
export type { Memory, MemoryHit } from '../../src-main/contract/memory.ts'
export type { ToolInput, ToolName, ToolOutput } from '../../src-main/contract/tools.ts'

/** The client of TMWS for Node. */
export class TmwsClient extends BaseClient {
  /** Throws TmwsError `invalid_request` naming the option that cannot be right. Nothing connects before `connect()` or the first call. */
  constructor(options: TmwsClientOptions = {}) {
    super(options, nodePlatform)
  }
}

import { BaseClient } from './base-client.ts'
import { browserPlatform } from './browser-platform.ts'
import type { TmwsClientOptions } from './client-options.ts'

export { TmwsError } from './tmws-error.ts'

/** The client of TMWS for browsers: the same as in Node, without what headers carry (identity, token, resuming). */
export class TmwsClient extends BaseClient {
  constructor(options: TmwsClientOptions = {}) {
    super(options, browserPlatform)
  }
}

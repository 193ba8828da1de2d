import { EventEmitter } from 'node:events'
import { request } from 'node:http'
import type { ClientRequest, RequestOptions } from 'node:http'

/** Enough of Electron's network for electron-updater to ask a server of the test. */
export const net = {
  request: ({
    session: _session,
    redirect: _redirect,
    ...options
  }: RequestOptions & { session?: unknown; redirect?: string }): ClientRequest => request(options),
}

/** electron-updater tells it that the app ends for an update. */
export const autoUpdater = new EventEmitter()

import type { ClientAction, ClientId, ClientList, ClientOutcome, ClientPreview, VerifyReport } from '../../src-main/contract/clients.ts'
import { API_PREFIX } from '../../src-main/contract/protocol.ts'
import { segment, type Requester } from './request.ts'

export type {
  ClientAction,
  ClientId,
  ClientList,
  ClientOutcome,
  ClientPlace,
  ClientPreview,
  ClientStatus,
  ConnectionState,
  Drift,
  FileChange,
  VerifiedPlace,
  VerifyReport,
} from '../../src-main/contract/clients.ts'

/** How a connection is to be; what is absent is as it was, or as usual. */
export interface ConnectionChoice {
  readonly agent_id?: string
  readonly namespace?: string
  readonly force?: boolean
}

/** Wires programs of the server's machine. Errors as those of `Requester`; `conflict` says why a file is left alone. */
export class ClientsApi {
  readonly #requester: Requester

  constructor(requester: Requester) {
    this.#requester = requester
  }

  list(signal?: AbortSignal): Promise<ClientList> {
    return this.#requester.get('/clients', {}, signal)
  }

  /** The change as it would be made. An `undo` and a `repair` take no choice. */
  preview(id: ClientId, action: ClientAction, choice: ConnectionChoice, signal?: AbortSignal): Promise<ClientPreview> {
    return this.#requester.get(`${pathOf(id)}/preview`, { action, ...(action === 'connect' && choice) }, signal)
  }

  change(id: ClientId, action: ClientAction, hash: string, choice: ConnectionChoice): Promise<ClientOutcome> {
    return this.#requester.send('POST', `${pathOf(id)}/${action}`, { hash, ...(action === 'connect' && choice) })
  }

  /** Starts what was written and talks with it. */
  verify(id: ClientId): Promise<VerifyReport> {
    return this.#requester.send('POST', `${pathOf(id)}/verify`)
  }

  bundleUrl(id: ClientId): string {
    return `${API_PREFIX}${pathOf(id)}/mcpb`
  }
}

function pathOf(id: ClientId): string {
  return `/clients/${segment(id)}`
}

import { QueryClient } from '@tanstack/react-query'
import type { StoreApi } from 'zustand/vanilla'
import { ClientsApi } from '../api/clients-api.ts'
import { CoordinationApi } from '../api/coordination-api.ts'
import type { EventFeed } from '../api/event-feed.ts'
import { MapApi } from '../api/map-api.ts'
import { OperationsApi } from '../api/operations-api.ts'
import type { Requester } from '../api/request.ts'
import { createServerClient, type ServerClient } from '../api/server-client.ts'
import { ServerError, messageOf } from '../api/server-error.ts'
import { SettingsApi } from '../api/settings-api.ts'
import type { ServerEvent } from '../api/types.ts'
import { createClock } from './clock.ts'
import type { ConnectionStore } from './connection.ts'
import { EventBatcher, type EventBatch } from './event-batcher.ts'
import { Facets } from './facets.ts'
import { LiveList } from './live-list.ts'
import { MemoryActions } from './memory-actions.ts'
import { MemoryBulk } from './memory-bulk.ts'
import { MemoryDetail } from './memory-detail.ts'
import { MemoryList } from './memory-list.ts'
import { MemoryRelations } from './memory-relations.ts'
import { MemorySelection } from './memory-selection.ts'
import { Overview } from './overview.ts'
import { Palette } from './palette.ts'
import { createPreferences, type Preferences } from './preferences.ts'
import { QueryRefresh } from './query-refresh.ts'
import { RecentChanges } from './recent-changes.ts'
import { Router } from './router.ts'
import { createSettingsDraft } from './unsaved-values.ts'
import { SessionStream } from './session-stream.ts'
import { TaskActions } from './task-actions.ts'
import { WorkflowActions } from './workflow-actions.ts'
import { Toasts } from './toasts.ts'

export interface FeedHandlers {
  readonly onEvent: (event: ServerEvent) => void
  readonly onLost: () => void
}

/** Events keep answers fresh; this is for what no event tells. */
const STALE_MS = 30_000

/** Everything the page knows, made once and handed down. */
export class Stores {
  readonly clock: StoreApi<number> = createClock()
  readonly router = new Router()
  readonly preferences: StoreApi<Preferences> = createPreferences(localStorage)
  readonly toasts = new Toasts()
  readonly connection: ConnectionStore
  readonly overview: Overview
  readonly list: MemoryList
  readonly live: LiveList
  readonly detail: MemoryDetail
  readonly facets: Facets
  readonly palette: Palette
  readonly actions: MemoryActions
  readonly relations: MemoryRelations
  readonly bulk: MemoryBulk
  readonly selection = new MemorySelection()
  /** Answers of the server for the screens that only show them: agents, tasks, workflows, sessions, audit, settings. */
  readonly queries: QueryClient = createQueries()
  readonly coordination: CoordinationApi
  readonly operations: OperationsApi
  readonly clients: ClientsApi
  readonly settings: SettingsApi
  readonly settingsDraft = createSettingsDraft()
  readonly map: MapApi
  readonly sessionStream = new SessionStream()
  readonly taskActions: TaskActions
  readonly workflowActions: WorkflowActions
  readonly #client: ServerClient
  readonly #refresh: QueryRefresh
  readonly #recent: RecentChanges
  readonly #openFeed: (handlers: FeedHandlers) => EventFeed
  #feed: EventFeed | undefined

  constructor(requester: Requester, connection: ConnectionStore, openFeed: (handlers: FeedHandlers) => EventFeed) {
    const client = createServerClient(requester)
    this.#client = client
    this.coordination = new CoordinationApi(requester)
    this.map = new MapApi(requester)
    this.operations = new OperationsApi(requester)
    this.clients = new ClientsApi(requester)
    this.settings = new SettingsApi(requester)
    this.taskActions = new TaskActions(this.coordination, this.queries, this.toasts)
    this.workflowActions = new WorkflowActions(this.coordination, this.queries, this.toasts)
    this.#refresh = new QueryRefresh(this.queries)
    this.#openFeed = openFeed
    this.connection = connection
    this.overview = new Overview(client, this.operations)
    this.list = new MemoryList(client)
    this.live = new LiveList(this.list)
    this.detail = new MemoryDetail(client)
    this.facets = new Facets(client)
    this.palette = new Palette(client)
    this.actions = new MemoryActions(client, this.list, this.detail, this.toasts)
    this.relations = new MemoryRelations(client, this.actions)
    this.bulk = new MemoryBulk(client, this.list, this.detail, this.toasts)
    this.#recent = new RecentChanges(client, [
      (memories) => this.overview.takeMemories(memories),
      (memories) => this.list.patch(memories),
      (memories) => this.detail.take(memories),
    ])
    this.list.store.subscribe(({ items }, before) => {
      if (items === before.items) return
      this.facets.note(items)
      this.selection.keepOnly(new Set(items.map(({ id }) => id)))
    })
  }

  /** Listens; the `hello` of the feed starts the loading, and so does a feed that cannot be had. */
  start(): void {
    const batcher = new EventBatcher((batch) => this.#apply(batch))
    this.#feed = this.#openFeed({
      onEvent: (event) => batcher.add(event),
      onLost: () => {
        this.connection.setState({ status: 'reconnecting' })
        // A refused WebSocket does not say why; a request does, and a 401 leads to the sign-in page.
        void this.overview.load()
        if (this.list.store.getState().status !== 'ready') void this.list.load()
      },
    })
    // Refused until somebody signs in, which loads the page anew.
    this.connection.subscribe(({ status }) => {
      if (status === 'signed-out') this.#feed?.close()
    })
    addEventListener('online', () => this.#feed?.retryNow())
  }

  retryNow(): void {
    this.#feed?.retryNow()
    this.#loadAll()
  }

  /** Reloads the page on success: the cookie is set, everything starts anew. */
  async signIn(token: string): Promise<void> {
    const { signInError: _error, ...state } = this.connection.getState()
    this.connection.setState({ ...state, isSigningIn: true }, true)
    try {
      if (await this.#client.signIn(token)) location.reload()
      else this.connection.setState({ isSigningIn: false, signInError: '' })
    } catch (error) {
      this.connection.setState({ isSigningIn: false, signInError: messageOf(error) })
    }
  }

  #apply({ events, isIncomplete }: EventBatch): void {
    const hello = events.findLast((event) => event.type === 'hello')
    if (hello) this.connection.setState({ status: 'live', serverVersion: hello.server_version, isOwner: hello.is_owner })
    this.overview.apply(events)
    this.live.apply(events)
    this.detail.apply(events)
    this.facets.apply(events)
    this.#recent.apply(events)
    this.sessionStream.apply(events)
    this.#refresh.apply(events)
    if (hello || isIncomplete || events.some(({ type }) => type === 'data-imported')) this.#loadAll()
  }

  #loadAll(): void {
    void this.overview.load()
    void this.facets.load()
    this.live.reload()
    this.#refresh.refreshAll()
  }
}

/** Answers stay until an event makes them old. What the server refused is not asked again; a server that was away is. */
function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: STALE_MS,
        retry: (failures, error) => failures < 2 && error instanceof ServerError && error.code === 'offline',
      },
    },
  })
}

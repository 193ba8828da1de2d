import { createStore, type StoreApi } from 'zustand/vanilla'

export type ScreenName = 'overview' | 'memories'

export interface Route {
  readonly screen: ScreenName
  readonly memoryId?: string
}

/** Where the page is, kept in the address after `#`, so that a link leads back and the server needs no routes. */
export class Router {
  readonly store: StoreApi<Route>

  constructor() {
    this.store = createStore(() => parseRoute(location.hash))
    addEventListener('hashchange', () => this.store.setState(parseRoute(location.hash), true))
  }

  go(route: Route): void {
    if (formatRoute(route) !== location.hash) location.hash = formatRoute(route)
  }

  /** Moves without a step in the browser's history: for walking through a list. */
  replace(route: Route): void {
    if (formatRoute(route) === location.hash) return
    history.replaceState(null, '', formatRoute(route))
    this.store.setState(route, true)
  }
}

export function parseRoute(hash: string): Route {
  const [screen, id] = hash.replace(/^#\/?/, '').split('/')
  if (screen !== 'memories') return { screen: 'overview' }
  return id ? { screen: 'memories', memoryId: decodeURIComponent(id) } : { screen: 'memories' }
}

export function formatRoute({ screen, memoryId }: Route): string {
  return memoryId === undefined ? `#/${screen}` : `#/${screen}/${encodeURIComponent(memoryId)}`
}

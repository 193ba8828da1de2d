import { createStore, type StoreApi } from 'zustand/vanilla'

export const SCREENS = ['overview', 'memories', 'agents', 'tasks', 'workflows', 'sessions', 'audit', 'connect', 'settings'] as const
export type ScreenName = (typeof SCREENS)[number]

export interface Route {
  readonly screen: ScreenName
  /** What is open on the screen: a memory, a task, a run, a part of the settings. */
  readonly id?: string
  /** Another face of the same screen, such as the map of the memories. */
  readonly view?: string
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

/** An address of no screen is the overview. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const [name, id] = path.split('/')
  const screen = SCREENS.find((known) => known === name)
  if (!screen) return { screen: 'overview' }
  const view = new URLSearchParams(query).get('view')
  return { screen, ...(id ? { id: decoded(id) } : {}), ...(view ? { view } : {}) }
}

export function formatRoute({ screen, id, view }: Route): string {
  const path = id === undefined ? `#/${screen}` : `#/${screen}/${encodeURIComponent(id)}`
  return view === undefined ? path : `${path}?${new URLSearchParams({ view }).toString()}`
}

/** A person may have typed the address: a broken escape is taken as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

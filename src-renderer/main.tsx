import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { eventFeedUrl, openEventFeed } from './api/event-feed.ts'
import { createRequester } from './api/request.ts'
import { desktop } from './api/desktop.ts'
import { App } from './app.tsx'
import { createConnectionStore } from './state/connection.ts'
import { Stores } from './state/stores.ts'
import { strings } from './strings/strings.ts'

const connection = createConnectionStore()
const requester = createRequester({
  fetch: (input, init) => fetch(input, init),
  onUnauthenticated: () => connection.setState({ status: 'signed-out' }),
})
const stores = new Stores(requester, connection, (handlers) =>
  openEventFeed({ connect: () => new WebSocket(eventFeedUrl(location)), ...handlers }),
)

document.documentElement.lang = strings.locale

const applyTheme = () => {
  const { theme } = stores.preferences.getState()
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}
applyTheme()
stores.preferences.subscribe(applyTheme)
// The frame of the desktop window follows the page.
stores.preferences.subscribe(({ theme }, before) => {
  if (theme !== before.theme) void desktop?.setTheme(theme)
})
stores.start()

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={stores.queries}>
      <App stores={stores} />
    </QueryClientProvider>
  </StrictMode>,
)

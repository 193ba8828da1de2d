import { Suspense, useRef, useState, type ReactNode } from 'react'
import { FailureBoundary } from './components/failure-boundary.tsx'
import { ListSkeleton } from './components/list-skeleton.tsx'
import { ShortcutsDialog } from './components/shortcuts-dialog.tsx'
import { SignIn } from './components/sign-in.tsx'
import { Sidebar } from './components/sidebar.tsx'
import { ToastList } from './components/toast-list.tsx'
import { MOD_KEY, useShortcuts } from './keyboard/use-shortcuts.ts'
import { MemoriesScreen, focusSearch } from './screens/memories-screen.tsx'
import { NewMemoryScreen } from './screens/new-memory-screen.tsx'
import { OverviewScreen } from './screens/overview-screen.tsx'
import { PaletteScreen } from './screens/palette-screen.tsx'
import { LAZY_SCREENS, SCREEN_LIST } from './screens/screen-list.tsx'
import { useConnectFigure } from './screens/connect-figure.ts'
import type { ScreenName } from './state/router.ts'
import type { Stores } from './state/stores.ts'
import { useMedia } from './state/use-media.ts'
import { useStore } from './state/use-store.ts'

type Sheet = 'palette' | 'new' | 'help'

/** How long after `g` a second key still means a screen. */
const GO_MS = 1000

/** The frame: side bar, the screen of the address, what floats above it, and the keys that work anywhere. */
export function App({ stores }: { readonly stores: Stores }) {
  const { router, preferences, toasts, actions } = stores
  const [sheet, setSheet] = useState<Sheet>()
  const goPressedAt = useRef(0)
  const screen = useStore(router.store, (route) => route.screen)
  const connection = useStore(stores.connection, (state) => state)
  const { theme, isSidebarCollapsed } = useStore(preferences, (state) => state)
  const totalMemories = useStore(stores.overview.store, (state) => state.totalMemories)
  const sessionCount = useStore(stores.overview.store, (state) => (state.status === 'ready' ? state.sessions.length : undefined))
  const connectFigure = useConnectFigure(stores)
  const shownToasts = useStore(toasts.store, (state) => state)
  const isNarrow = useMedia('(max-width: 1199px)')
  const isSystemDark = useMedia('(prefers-color-scheme: dark)')
  const isCollapsed = isSidebarCollapsed ?? isNarrow
  const go = (name: ScreenName) => () => {
    if (performance.now() - goPressedAt.current > GO_MS) return false
    goPressedAt.current = 0
    router.go({ screen: name })
    return true
  }
  const open = (next: Sheet) => () => (setSheet(next), true)

  useShortcuts({
    'mod+k': () => (setSheet(sheet === 'palette' ? undefined : 'palette'), true),
    'mod+z': () => (void actions.undo(), true),
    '?': open('help'),
    n: open('new'),
    g: () => ((goPressedAt.current = performance.now()), true),
    ...Object.fromEntries(SCREEN_LIST.map(({ goKey, name }) => [goKey, go(name)])),
    '/': () => {
      if (screen !== 'memories') router.go({ screen: 'memories' })
      focusSearch()
      return true
    },
  })

  if (connection.status === 'signed-out') {
    return <SignIn isBusy={connection.isSigningIn} error={connection.signInError} onSubmit={(token) => void stores.signIn(token)} />
  }
  const Lazy = LAZY_SCREENS[screen]
  const shown: ReactNode = Lazy ? (
    <Lazy stores={stores} />
  ) : screen === 'memories' ? (
    <MemoriesScreen stores={stores} onNew={open('new')} />
  ) : (
    <OverviewScreen stores={stores} theme={`${theme} ${isSystemDark}`} />
  )
  return (
    <div className="app">
      <Sidebar
        links={SCREEN_LIST}
        screen={screen}
        isCollapsed={isCollapsed}
        connection={connection.status}
        figures={{ memories: totalMemories, sessions: sessionCount, connect: connectFigure }}
        theme={theme}
        onTheme={(next) => preferences.setState({ theme: next })}
        onToggle={() => preferences.setState({ isSidebarCollapsed: !isCollapsed })}
        onPalette={open('palette')}
        onHelp={open('help')}
      />
      <FailureBoundary key={screen}>
        <Suspense
          fallback={
            <main className="screen">
              <ListSkeleton />
            </main>
          }
        >
          {shown}
        </Suspense>
      </FailureBoundary>
      {sheet === 'palette' && (
        <PaletteScreen
          stores={stores}
          onNew={open('new')}
          onHelp={open('help')}
          onClose={() => setSheet((now) => (now === 'palette' ? undefined : now))}
        />
      )}
      {sheet === 'new' && <NewMemoryScreen stores={stores} onClose={() => setSheet(undefined)} />}
      {sheet === 'help' && <ShortcutsDialog modKey={MOD_KEY} screens={SCREEN_LIST} onClose={() => setSheet(undefined)} />}
      <ToastList toasts={shownToasts} modKey={MOD_KEY} onUndo={(id) => void actions.undo(id)} onDismiss={(id) => toasts.dismiss(id)} />
    </div>
  )
}

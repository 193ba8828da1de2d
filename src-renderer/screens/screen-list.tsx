import { Activity, Bot, Cable, CheckSquare, Library, Plug, ScrollText, Settings, Workflow } from 'lucide-react'
import { lazy, type ComponentType, type ReactNode } from 'react'
import type { ScreenName } from '../state/router.ts'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'

export interface ScreenProps {
  readonly stores: Stores
}

/** Every screen in the order of the side bar: its name, its icon, and the key that leads to it behind `g`. */
export const SCREEN_LIST: readonly {
  readonly name: ScreenName
  readonly text: string
  readonly icon: ReactNode
  readonly goKey: string
}[] = [
  { name: 'overview', text: strings.nav.overview, icon: <Activity size={16} />, goKey: 'o' },
  { name: 'memories', text: strings.nav.memories, icon: <Library size={16} />, goKey: 'm' },
  { name: 'agents', text: strings.nav.agents, icon: <Bot size={16} />, goKey: 'a' },
  { name: 'tasks', text: strings.nav.tasks, icon: <CheckSquare size={16} />, goKey: 't' },
  { name: 'workflows', text: strings.nav.workflows, icon: <Workflow size={16} />, goKey: 'w' },
  { name: 'sessions', text: strings.nav.sessions, icon: <Cable size={16} />, goKey: 's' },
  { name: 'audit', text: strings.nav.audit, icon: <ScrollText size={16} />, goKey: 'l' },
  { name: 'connect', text: strings.nav.connect, icon: <Plug size={16} />, goKey: 'c' },
  { name: 'settings', text: strings.nav.settings, icon: <Settings size={16} />, goKey: ',' },
]

/** Screens that are fetched when one goes there: the first paint needs none of them. */
export const LAZY_SCREENS: Partial<Record<ScreenName, ComponentType<ScreenProps>>> = {
  agents: lazy(async () => ({ default: (await import('./agents-screen.tsx')).AgentsScreen })),
  tasks: lazy(async () => ({ default: (await import('./tasks-screen.tsx')).TasksScreen })),
  workflows: lazy(async () => ({ default: (await import('./workflows-screen.tsx')).WorkflowsScreen })),
  sessions: lazy(async () => ({ default: (await import('./sessions-screen.tsx')).SessionsScreen })),
  audit: lazy(async () => ({ default: (await import('./audit-screen.tsx')).AuditScreen })),
  connect: lazy(async () => ({ default: (await import('./connect-screen.tsx')).ConnectScreen })),
  settings: lazy(async () => ({ default: (await import('./settings-screen.tsx')).SettingsScreen })),
}

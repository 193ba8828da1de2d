import { CircleHelp, Command, Laptop, Moon, PanelLeftClose, PanelLeftOpen, Sun } from 'lucide-react'
import type { ReactNode } from 'react'
import { count } from '../format/numbers.ts'
import { strings } from '../strings/strings.ts'
import { IconButton } from './button.tsx'
import { Logo } from './logo.tsx'
import { ThemeMenu, type ThemeName } from './theme-menu.tsx'

export interface SidebarProps {
  readonly links: readonly { readonly name: string; readonly text: string; readonly icon: ReactNode }[]
  readonly screen: string
  readonly isCollapsed: boolean
  readonly connection: 'connecting' | 'live' | 'reconnecting' | 'signed-out'
  /** How many there are, by the name of a screen. */
  readonly figures: Readonly<Record<string, number | string | undefined>>
  readonly theme: ThemeName
  readonly onTheme: (theme: ThemeName) => void
  readonly onToggle: () => void
  readonly onPalette: () => void
  readonly onHelp: () => void
}

const THEME_ICONS = { system: <Laptop size={16} />, light: <Sun size={16} />, dark: <Moon size={16} /> }

export function Sidebar(props: SidebarProps) {
  const { links, screen, isCollapsed, connection, figures } = props
  const state =
    connection === 'live'
      ? strings.connection.live
      : connection === 'reconnecting'
        ? strings.connection.reconnecting
        : strings.connection.connecting
  return (
    <div className={isCollapsed ? 'sidebar collapsed' : 'sidebar'}>
      <header className="sidebar-head">
        <Logo size={22} />
        <span className="sidebar-name">{strings.product}</span>
        <span className={`live ${connection}`} role="status" title={state}>
          <span className="live-dot" />
          <span className="live-text">{state}</span>
        </span>
      </header>
      <nav aria-label={strings.nav.label}>
        {links.map(({ name, text, icon }) => (
          <NavLink key={name} href={`#/${name}`} icon={icon} text={text} isCurrent={screen === name} figure={figureText(figures[name])} />
        ))}
      </nav>
      <div className="sidebar-foot">
        <IconButton
          label={strings.nav.palette}
          icon={<Command size={16} />}
          aria-keyshortcuts="Control+K Meta+K"
          onClick={props.onPalette}
        />
        <ThemeMenu theme={props.theme} icons={THEME_ICONS} onTheme={props.onTheme} />
        <IconButton label={strings.nav.shortcuts} icon={<CircleHelp size={16} />} aria-keyshortcuts="?" onClick={props.onHelp} />
        <IconButton
          className="sidebar-toggle"
          label={isCollapsed ? strings.nav.expand : strings.nav.collapse}
          icon={isCollapsed ? <PanelLeftOpen size={16} /> : <PanelLeftClose size={16} />}
          onClick={props.onToggle}
        />
      </div>
    </div>
  )
}

function figureText(figure: number | string | undefined): string | undefined {
  return typeof figure === 'number' ? count(figure) : figure
}

interface NavLinkProps {
  readonly href: string
  readonly icon: ReactNode
  readonly text: string
  readonly isCurrent: boolean
  readonly figure?: string | undefined
}

function NavLink({ href, icon, text, isCurrent, figure }: NavLinkProps) {
  return (
    <a className="nav-link" href={href} aria-current={isCurrent ? 'page' : undefined} title={text}>
      {icon}
      <span className="nav-text">{text}</span>
      {figure !== undefined && <span className="nav-figure figures">{figure}</span>}
    </a>
  )
}

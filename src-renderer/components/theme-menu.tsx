import { Check } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { strings } from '../strings/strings.ts'
import { IconButton } from './button.tsx'

export type ThemeName = 'system' | 'light' | 'dark'
const THEMES: readonly ThemeName[] = ['system', 'light', 'dark']

interface ThemeMenuProps {
  readonly theme: ThemeName
  readonly icons: Readonly<Record<ThemeName, ReactNode>>
  readonly onTheme: (theme: ThemeName) => void
}

export function ThemeMenu({ theme, icons, onTheme }: ThemeMenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <IconButton label={`${strings.nav.theme}: ${strings.nav.themes[theme]}`} icon={icons[theme]} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Content className="menu" side="top" align="start" sideOffset={6} collisionPadding={8}>
        <DropdownMenu.RadioGroup value={theme} onValueChange={(next) => onTheme(next as ThemeName)}>
          {THEMES.map((name) => (
            <DropdownMenu.RadioItem key={name} value={name} className="menu-item">
              {icons[name]}
              <span className="menu-text">{strings.nav.themes[name]}</span>
              <DropdownMenu.ItemIndicator>
                <Check size={14} />
              </DropdownMenu.ItemIndicator>
            </DropdownMenu.RadioItem>
          ))}
        </DropdownMenu.RadioGroup>
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  )
}

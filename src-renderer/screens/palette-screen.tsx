import { CircleHelp, Copy, FileText, Moon, Plus, Search } from 'lucide-react'
import { useEffect } from 'react'
import { CommandPalette, type PaletteItem } from '../components/command-palette.tsx'
import { Key } from '../components/key.tsx'
import { previewOf } from '../format/memory-text.ts'
import { THEMES } from '../state/preferences.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'
import { SCREEN_LIST } from './screen-list.tsx'

interface PaletteScreenProps {
  readonly stores: Stores
  readonly onNew: () => void
  readonly onHelp: () => void
  readonly onClose: () => void
}

const words = strings.palette

export function PaletteScreen({ stores, onNew, onHelp, onClose }: PaletteScreenProps) {
  const { palette, router, list } = stores
  const { query, hits } = useStore(palette.store, (state) => state)
  useEffect(() => palette.setQuery(''), [palette])

  const text = query.trim()
  const found: PaletteItem[] = hits.map((memory) => ({
    id: memory.id,
    group: words.found,
    icon: <FileText size={16} />,
    text: previewOf(memory),
    run: () => router.go({ screen: 'memories', id: memory.id }),
  }))
  const search: PaletteItem = {
    id: 'search',
    group: words.found,
    icon: <Search size={16} />,
    text: words.searchFor(text),
    run: () => {
      list.setQuery(text)
      router.go({ screen: 'memories' })
    },
  }
  const commands = commandsOf(stores, onNew, onHelp).filter((item) => item.text.toLowerCase().includes(text.toLowerCase()))
  return (
    <CommandPalette
      query={query}
      items={text === '' ? commands : [...commands, search, ...found]}
      onQuery={(next) => palette.setQuery(next)}
      onClose={onClose}
    />
  )
}

function commandsOf({ router, preferences }: Stores, onNew: () => void, onHelp: () => void): readonly PaletteItem[] {
  return [
    ...SCREEN_LIST.map(({ name, text, icon, goKey }) => ({
      id: name,
      group: words.go,
      icon,
      text: words.goTo(text),
      hint: (
        <span className="keys">
          <Key name="G" />
          <Key name={goKey.toUpperCase()} />
        </span>
      ),
      run: () => router.go({ screen: name }),
    })),
    { id: 'new', group: words.act, icon: <Plus size={16} />, text: strings.memories.new, hint: <Key name="N" />, run: onNew },
    {
      id: 'copy-rest',
      group: words.act,
      icon: <Copy size={16} />,
      text: strings.common.copy(strings.overview.restAddress),
      run: () => void navigator.clipboard.writeText(location.origin).catch(() => undefined),
    },
    ...THEMES.map((theme) => ({
      id: `theme-${theme}`,
      group: words.act,
      icon: <Moon size={16} />,
      text: words.theme(strings.nav.themes[theme]),
      run: () => preferences.setState({ theme }),
    })),
    { id: 'help', group: words.act, icon: <CircleHelp size={16} />, text: strings.nav.shortcuts, hint: <Key name="?" />, run: onHelp },
  ]
}

import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import type { StoreApi } from 'zustand/vanilla'
import { DETAIL_WIDTH, clampDetailWidth, type Preferences } from '../state/preferences.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'
import { IconButton } from '../components/button.tsx'
import { Splitter } from '../components/splitter.tsx'

interface SidePaneProps {
  readonly preferences: StoreApi<Preferences>
  readonly title: ReactNode
  /** Name for a screen reader. */
  readonly label: string
  readonly tools?: ReactNode
  readonly onClose: () => void
  readonly children: ReactNode
}

/** What is open beside a list: resizable, with a head of its own. */
export function SidePane({ preferences, title, label, tools, onClose, children }: SidePaneProps) {
  const width = useStore(preferences, (value) => value.detailWidth)
  return (
    <>
      <Splitter
        label={strings.common.resizePane}
        width={width}
        {...DETAIL_WIDTH}
        onChange={(next) => preferences.setState({ detailWidth: clampDetailWidth(next) })}
      />
      <aside className="detail-pane side-pane" aria-label={label} style={{ width }}>
        <header className="pane-head">
          <h2 className="truncate">{title}</h2>
          <span className="spacer" />
          {tools}
          <IconButton label={strings.common.close} icon={<X size={16} />} onClick={onClose} />
        </header>
        <div className="pane-body">{children}</div>
      </aside>
    </>
  )
}

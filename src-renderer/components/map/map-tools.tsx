import { Lasso, List, Maximize, Minus, Plus } from 'lucide-react'
import { strings } from '../../strings/strings.ts'
import { IconButton } from '../button.tsx'

const words = strings.map

interface MapToolsProps {
  readonly isLasso: boolean
  readonly isListShown: boolean
  readonly onLasso: () => void
  readonly onList: () => void
  readonly onNearer: () => void
  readonly onFarther: () => void
  readonly onWhole: () => void
}

/** What the pointer and the keys do on the map, as buttons. */
export function MapTools(props: MapToolsProps) {
  return (
    <div className="map-tools" role="toolbar" aria-label={words.tools}>
      <IconButton label={words.nearer} icon={<Plus size={16} />} onClick={props.onNearer} />
      <IconButton label={words.farther} icon={<Minus size={16} />} onClick={props.onFarther} />
      <IconButton label={words.whole} icon={<Maximize size={15} />} onClick={props.onWhole} />
      <hr />
      <IconButton label={words.lasso} icon={<Lasso size={16} />} aria-pressed={props.isLasso} onClick={props.onLasso} />
      <IconButton label={words.topics} icon={<List size={16} />} aria-pressed={props.isListShown} onClick={props.onList} />
    </div>
  )
}

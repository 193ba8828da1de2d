import { List, Map as MapIcon, Waypoints } from 'lucide-react'
import { strings } from '../../strings/strings.ts'

export const VIEWS = ['list', 'map', 'graph'] as const
export type View = (typeof VIEWS)[number]

const ICONS = { list: List, map: MapIcon, graph: Waypoints } as const
const words = strings.views

/** The same memories as a list, as a map of what they mean, or as what one of them is linked to. */
export function ViewSwitch({ view, onView }: { readonly view: View; readonly onView: (view: View) => void }) {
  return (
    <div className="view-switch" role="group" aria-label={words.label}>
      {VIEWS.map((name) => {
        const Icon = ICONS[name]
        return (
          <button
            key={name}
            type="button"
            aria-pressed={view === name}
            aria-label={words[name]}
            title={words[name]}
            onClick={() => onView(name)}
          >
            <Icon size={14} aria-hidden="true" />
            <span>{words[name]}</span>
          </button>
        )
      })}
    </div>
  )
}

import { ChoiceMenu } from '../choice-menu.tsx'
import { count } from '../../format/numbers.ts'
import { COLOR_MODES, OTHERS, type ColorGroup, type ColorMode } from '../../model/map/map-colors.ts'
import { strings } from '../../strings/strings.ts'
import { ShapeMark } from './shape-mark.tsx'

const words = strings.map

interface MapLegendProps {
  readonly mode: ColorMode
  readonly groups: readonly ColorGroup[]
  /** The group that stays lit. */
  readonly held: number | undefined
  readonly onMode: (mode: ColorMode) => void
  /** A group is pointed at, or none. */
  readonly onPoint: (group: number | undefined) => void
  readonly onHold: (group: number | undefined) => void
}

/** What the colours and shapes mean. Pointing at a line lights its points; choosing it keeps them lit. */
export function MapLegend({ mode, groups, held, onMode, onPoint, onHold }: MapLegendProps) {
  return (
    <section className="map-legend" aria-label={words.legend}>
      <ChoiceMenu
        label={words.colorBy}
        value={mode}
        options={COLOR_MODES.map((value) => ({ value, text: words.modes[value] }))}
        onChange={onMode}
      >
        <span className="faint">{words.colorBy}</span> {words.modes[mode]}
      </ChoiceMenu>
      <ul onPointerLeave={() => onPoint(undefined)}>
        {groups.map((group, i) =>
          group.count === 0 ? null : (
            <li key={group.key}>
              <button
                type="button"
                className="map-legend-line"
                aria-pressed={held === i}
                onPointerEnter={() => onPoint(i)}
                onFocus={() => onPoint(i)}
                onBlur={() => onPoint(undefined)}
                onClick={() => onHold(held === i ? undefined : i)}
              >
                <ShapeMark shape={group.shape} color={group.color} />
                <span className="truncate">{groupName(mode, group.key)}</span>
                <span className="figures faint">{count(group.count)}</span>
              </button>
            </li>
          ),
        )}
      </ul>
    </section>
  )
}

export function groupName(mode: ColorMode, key: string): string {
  if (mode === 'age') return words.ages[Number(key)] ?? key
  if (mode === 'level') return strings.levels[key as keyof typeof strings.levels]
  return key === OTHERS ? words.others[mode] : key
}

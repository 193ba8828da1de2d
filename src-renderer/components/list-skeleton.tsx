import { strings } from '../strings/strings.ts'

const WIDTHS = [72, 88, 54, 80, 66, 92, 48, 76]

/** The shape of the list while the first page is on its way. */
export function ListSkeleton() {
  return (
    <div className="list-skeleton" role="status" aria-label={strings.common.loading}>
      {WIDTHS.map((width) => (
        <div key={width}>
          <span className="skeleton" style={{ width: `${width}%` }} />
          <span className="skeleton" style={{ width: `${width / 2}%` }} />
        </div>
      ))}
    </div>
  )
}

import type { ReactNode } from 'react'

export interface LegendEntry {
  readonly key: string
  readonly color: string
  readonly text: string
  readonly figure?: string
}

interface ChartPanelProps {
  readonly title: string
  readonly legend: readonly LegendEntry[]
  /** Shown over the chart while there is nothing to draw. */
  readonly note?: string | undefined
  readonly children: ReactNode
}

export function ChartPanel({ title, legend, note, children }: ChartPanelProps) {
  return (
    <section className="chart-panel" aria-label={title}>
      <div className="section-head">
        <h2>{title}</h2>
        <ul className="legend figures">
          {legend.map(({ key, color, text, figure }) => (
            <li key={key}>
              <span className="swatch" style={{ background: color }} />
              <span className="truncate" title={text}>
                {text}
              </span>
              {figure !== undefined && <b>{figure}</b>}
            </li>
          ))}
        </ul>
      </div>
      <div className="chart-body">
        {children}
        {note !== undefined && <p className="chart-note">{note}</p>}
      </div>
    </section>
  )
}

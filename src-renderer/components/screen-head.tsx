import type { ReactNode } from 'react'

/** Name of a screen, a figure beside it, and what can be done on it. */
export function ScreenHead({
  title,
  note,
  children,
}: {
  readonly title: string
  readonly note?: ReactNode
  readonly children?: ReactNode
}) {
  return (
    <header className="screen-head">
      <h1>{title}</h1>
      {note !== undefined && <span className="figures faint">{note}</span>}
      <span className="spacer" />
      {children}
    </header>
  )
}

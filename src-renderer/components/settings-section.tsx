import { useId, type ReactNode } from 'react'

/** Some settings that belong together, under one heading. */
export function SettingsSection(props: {
  readonly title: string
  readonly note?: string | undefined
  readonly tools?: ReactNode
  readonly children: ReactNode
}) {
  const id = useId()
  return (
    <section className="settings-section" aria-labelledby={id}>
      <header>
        <h2 id={id}>{props.title}</h2>
        {props.tools}
      </header>
      {props.note !== undefined && <p className="settings-note">{props.note}</p>}
      {props.children}
    </section>
  )
}

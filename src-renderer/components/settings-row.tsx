import type { ReactNode } from 'react'

interface SettingsRowProps {
  readonly label: string
  /** Id of the control, where the label belongs to one. */
  readonly htmlFor?: string | undefined
  readonly about?: string | undefined
  readonly aboutId?: string | undefined
  readonly children: ReactNode
  readonly foot?: ReactNode
}

/** What it is on the left, what it is set to on the right. */
export function SettingsRow({ label, htmlFor, about, aboutId, children, foot }: SettingsRowProps) {
  return (
    <div className="settings-row">
      <div className="settings-what">
        {htmlFor === undefined ? <span className="settings-label">{label}</span> : <label htmlFor={htmlFor}>{label}</label>}
        {about !== undefined && (
          <p id={aboutId} className="settings-about">
            {about}
          </p>
        )}
      </div>
      <div className="settings-value">
        {children}
        {foot}
      </div>
    </div>
  )
}

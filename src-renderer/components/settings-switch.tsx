import { useId } from 'react'
import { SettingsRow } from './settings-row.tsx'

interface SettingsSwitchProps {
  readonly label: string
  readonly about: string
  readonly isOn: boolean
  readonly isDisabled: boolean
  /** Why it cannot be changed. */
  readonly problem: string | undefined
  readonly onChange: (isOn: boolean) => void
}

/** Something that counts the moment it is switched. */
export function SettingsSwitch({ label, about, isOn, isDisabled, problem, onChange }: SettingsSwitchProps) {
  const id = useId()
  return (
    <SettingsRow
      label={label}
      htmlFor={id}
      about={about}
      aboutId={`${id}-about`}
      foot={problem !== undefined && <p className="settings-foot">{problem}</p>}
    >
      <input
        id={id}
        type="checkbox"
        role="switch"
        className="switch"
        aria-describedby={`${id}-about`}
        checked={isOn}
        disabled={isDisabled}
        onChange={(event) => onChange(event.target.checked)}
      />
    </SettingsRow>
  )
}

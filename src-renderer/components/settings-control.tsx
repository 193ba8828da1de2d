import type { SettingInfo, SettingValue } from '../../src-main/contract/settings.ts'
import { choiceText, enteredValue, fieldText, labelOf, readableValue } from '../model/settings-values.ts'
import { strings } from '../strings/strings.ts'
import { useState, type ChangeEvent } from 'react'
import { ChoiceMenu } from './choice-menu.tsx'

const words = strings.settings

interface SettingsControlProps {
  readonly id: string
  readonly info: SettingInfo
  /** Null: the default counts. */
  readonly value: SettingValue | null | undefined
  readonly describedBy: string
  readonly isWrong: boolean
  readonly onChange: (value: SettingValue | null) => void
}

const UNSET = 'unset'

/** The control that fits a setting. */
export function SettingsControl({ id, info, value, describedBy, isWrong, onChange }: SettingsControlProps) {
  const { type, unit, options = [] } = info
  // What is typed stays as it is typed until one leaves the field.
  const [typed, setTyped] = useState<string>()
  const shown = value ?? info.default
  const common = { id, 'aria-describedby': describedBy, 'aria-invalid': isWrong }
  const typing = {
    value: typed ?? fieldText(shown),
    onChange: (event: ChangeEvent<HTMLInputElement>) => {
      setTyped(event.target.value)
      onChange(enteredValue(info, event.target.value))
    },
    onBlur: () => setTyped(undefined),
  }
  if (type === 'boolean') {
    // Without a default of its own it follows other settings: then there are three states.
    if (info.default !== undefined)
      return (
        <input
          {...common}
          type="checkbox"
          role="switch"
          className="switch"
          checked={shown === true}
          onChange={(event) => onChange(event.target.checked)}
        />
      )
    return (
      <ChoiceMenu
        label={labelOf(info.key)}
        look="plain"
        value={value === true ? 'on' : value === false ? 'off' : UNSET}
        options={[
          { value: UNSET, text: choiceText(UNSET) },
          { value: 'on', text: words.field.on },
          { value: 'off', text: words.field.off },
        ]}
        onChange={(next) => onChange(next === UNSET ? null : next === 'on')}
      />
    )
  }
  if (type === 'choice') {
    const all = info.default === undefined ? [UNSET, ...options] : options
    return (
      <ChoiceMenu
        label={labelOf(info.key)}
        look="plain"
        value={typeof shown === 'string' ? shown : UNSET}
        options={all.map((option) => ({ value: option, text: choiceText(option) }))}
        onChange={(next) => onChange(next === UNSET ? null : next)}
      />
    )
  }
  if (type === 'list') {
    return (
      <textarea
        {...common}
        className="field mono"
        rows={Math.max(2, fieldText(shown).split('\n').length)}
        placeholder={words.field.onePerLine}
        // Lines are taken apart when one leaves, so that an empty one can be typed.
        defaultValue={fieldText(value)}
        key={fieldText(value)}
        onBlur={(event) => {
          if (event.target.value !== fieldText(value)) onChange(enteredValue(info, event.target.value))
        }}
      />
    )
  }
  if (type === 'integer' || type === 'number') {
    const readable = readableValue(info, shown)
    return (
      <span className="amount">
        <input {...common} className="field figures" inputMode={type === 'integer' ? 'numeric' : 'decimal'} {...typing} />
        {unit !== undefined && <span>{words.units[unit] ?? unit}</span>}
        {readable !== undefined && <span className="faint">{words.field.equals(readable)}</span>}
      </span>
    )
  }
  return <input {...common} className="field mono" spellCheck={false} {...typing} />
}

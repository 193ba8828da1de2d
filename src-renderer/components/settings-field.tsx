import { Lock, RotateCcw } from 'lucide-react'
import { useId } from 'react'
import type { SettingInfo, SettingValue } from '../../src-main/contract/settings.ts'
import { labelOf, shownValue } from '../model/settings-values.ts'
import { strings } from '../strings/strings.ts'
import { IconButton } from './button.tsx'
import { SettingsControl } from './settings-control.tsx'
import { SettingsRow } from './settings-row.tsx'

const words = strings.settings

interface SettingsFieldProps {
  readonly info: SettingInfo
  /** What was entered and is not saved; undefined: nothing was. */
  readonly draft: SettingValue | null | undefined
  /** Why the server refused it. */
  readonly error: string | undefined
  readonly onChange: (value: SettingValue | null) => void
}

/** One setting: what it is, what it is set to, who decided that, and when a change counts. */
export function SettingsField({ info, draft, error, onChange }: SettingsFieldProps) {
  const id = useId()
  const { key, locked, effect, is_secret: isSecret } = info
  const saved = info.source === 'default' ? null : (info.value ?? null)
  const value = draft === undefined ? saved : draft
  const isFixed = effect === 'fixed' || locked
  const name = labelOf(key)
  return (
    <SettingsRow
      label={name}
      htmlFor={isFixed || info.type === 'choice' || (info.type === 'boolean' && info.default === undefined) ? undefined : id}
      about={words.aboutOf(info)}
      aboutId={`${id}-about`}
      foot={
        <>
          {error !== undefined && (
            <p id={`${id}-error`} className="form-error" role="alert">
              {error}
            </p>
          )}
          <FieldFoot info={info} isChanged={draft !== undefined} />
        </>
      }
    >
      {isFixed ? (
        <p className="fixed-value">
          <Lock size={13} aria-hidden="true" />
          <span className="mono break">
            {isSecret && info.is_set ? words.field.isSet : info.value === undefined ? words.field.notSet : shownValue(info, info.value)}
          </span>
        </p>
      ) : (
        <span className="control">
          <SettingsControl
            id={id}
            info={info}
            value={value}
            describedBy={error === undefined ? `${id}-about` : `${id}-error ${id}-about`}
            isWrong={error !== undefined}
            onChange={onChange}
          />
          {value !== null && (
            <IconButton small label={words.field.toDefaultOf(name)} icon={<RotateCcw size={13} />} onClick={() => onChange(null)} />
          )}
        </span>
      )}
    </SettingsRow>
  )
}

function FieldFoot({ info, isChanged }: { readonly info: SettingInfo; readonly isChanged: boolean }) {
  const { env, flag, source, effect, locked } = info
  const waits = info.needs_restart && !isChanged
  if (locked) {
    const by = source === 'flag' ? (flag ?? env) : env
    return (
      <p className="settings-foot">{`${words.field.locked(by)} ${words.field.lockedHow[source === 'flag' ? 'flag' : 'environment']}`}</p>
    )
  }
  if (effect === 'fixed') return <p className="settings-foot">{source === 'kept' ? words.field.kept : words.field.fixed(env)}</p>
  return (
    <p className="settings-foot">
      {waits && (
        <span className="waits">
          {info.running === undefined ? words.field.waitsUnset : words.field.waits(shownValue(info, info.running))}
        </span>
      )}
      {isChanged && effect === 'restart' && <span className="waits">{words.field.restart}</span>}
      {info.default !== undefined && <span>{words.field.default(shownValue(info, info.default))}</span>}
    </p>
  )
}

import { X } from 'lucide-react'
import { useEffect, useId, useRef, type KeyboardEvent, type ReactNode } from 'react'
import type { Link, Memory } from '../../src-main/contract/memory.ts'
import { previewOf } from '../format/memory-text.ts'
import { LINK_KINDS } from '../model/memory-links.ts'
import { strings } from '../strings/strings.ts'
import { AgentName } from './agent-name.tsx'
import { Button, IconButton } from './button.tsx'
import { ChoiceMenu } from './choice-menu.tsx'
import { Combobox } from './combobox.tsx'

interface LinkFormProps {
  readonly kind: Link['kind']
  readonly target: Memory | undefined
  readonly text: string
  readonly found: readonly Memory[]
  readonly status: string | undefined
  readonly isSaving: boolean
  /** Why it was not added, with what helps. */
  readonly problem?: ReactNode
  readonly onKind: (kind: Link['kind']) => void
  readonly onText: (text: string) => void
  readonly onTarget: (target: Memory | undefined) => void
  readonly onAdd: () => void
  readonly onCancel: () => void
}

const words = strings.links

/** A new link: of what kind, and to which memory. */
export function LinkForm(props: LinkFormProps) {
  const { kind, target, text, found, status, isSaving, problem, onKind, onText, onTarget, onAdd, onCancel } = props
  const field = useRef<HTMLInputElement>(null)
  const add = useRef<HTMLButtonElement>(null)
  const id = useId()
  const targetId = target?.id
  // On to the next step: first the field, then the button.
  useEffect(() => (targetId === undefined ? field.current : add.current)?.focus(), [targetId])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented || event.nativeEvent.isComposing) return
    event.preventDefault()
    event.stopPropagation()
    onCancel()
  }
  return (
    <form
      className="link-form"
      aria-label={words.add}
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault()
        if (target) onAdd()
      }}
    >
      <p id={`${id}-how`} className="fact-note">
        {words.how[kind]}
      </p>
      <div className="link-line">
        <ChoiceMenu
          label={words.kind}
          look="plain"
          value={kind}
          options={LINK_KINDS.map((value) => ({ value, text: strings.detail.linkKinds[value] }))}
          onChange={onKind}
        />
        {target ? (
          <span className="link-target field" role="group" aria-label={words.target}>
            <span className="truncate">{previewOf(target)}</span>
            <IconButton small label={words.another} icon={<X size={13} />} onClick={() => onTarget(undefined)} />
          </span>
        ) : (
          <Combobox
            label={words.target}
            placeholder={words.find}
            text={text}
            status={status}
            inputRef={field}
            options={found.map((memory) => ({ id: memory.id, text: previewOf(memory), hint: <AgentName agentId={memory.agent_id} /> }))}
            onText={onText}
            onChoose={(chosen) => onTarget(found.find((memory) => memory.id === chosen))}
            onCancel={onCancel}
          />
        )}
      </div>
      {problem !== undefined && (
        <p className="form-error" role="alert">
          {problem}
        </p>
      )}
      <div className="form-actions">
        <Button look="quiet" small onClick={onCancel}>
          {strings.common.cancel}
        </Button>
        <Button ref={add} type="submit" look="primary" small disabled={target === undefined || isSaving} aria-describedby={`${id}-how`}>
          {words.add}
        </Button>
      </div>
    </form>
  )
}

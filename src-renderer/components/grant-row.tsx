import { X } from 'lucide-react'
import { useState } from 'react'
import type { Share } from '../../src-main/contract/memory.ts'
import { untilThen } from '../format/relative-time.ts'
import { endingAt, isLive, SPAN_NAMES, SPANS } from '../model/memory-sharing.ts'
import { strings } from '../strings/strings.ts'
import { AgentName } from './agent-name.tsx'
import { IconButton } from './button.tsx'
import { ChoiceMenu } from './choice-menu.tsx'
import { EndForm } from './end-form.tsx'

const words = strings.sharing

type End = 'never' | 'kept' | 'date' | (typeof SPAN_NAMES)[number]

interface GrantRowProps {
  readonly share: Share
  readonly now: number
  readonly isFixed: boolean
  readonly onChange: (share: Share) => void
  readonly onRemove: () => void
}

/** What one agent may do with a shared memory, and until when. */
export function GrantRow({ share, now, isFixed, onChange, onRemove }: GrantRowProps) {
  const [isChoosing, setIsChoosing] = useState(false)
  const { agent_id: agentId, permission, expires_at: end } = share
  const endText = end === undefined ? words.ends.never : isLive(share, now) ? words.endsIn(untilThen(end, now)) : words.ended
  const ends: readonly End[] = [...(end === undefined ? [] : (['kept'] as const)), 'never', ...SPAN_NAMES, 'date']
  const choose = (choice: End) => {
    setIsChoosing(choice === 'date')
    if (choice === 'date' || choice === 'kept') return
    onChange(endingAt(share, choice === 'never' ? undefined : Date.now() + SPANS[choice]))
  }
  if (isFixed) {
    return (
      <li className="grant-row">
        <AgentName agentId={agentId} />
        <span className="faint">{`${strings.detail.grant[permission]} · ${endText}`}</span>
      </li>
    )
  }
  return (
    <li className="grant-row">
      <AgentName agentId={agentId} />
      <ChoiceMenu
        label={words.permissionOf(agentId)}
        value={permission}
        options={(['read', 'write'] as const).map((value) => ({ value, text: strings.detail.grant[value] }))}
        onChange={(next) => next !== permission && onChange({ ...share, permission: next })}
      />
      <ChoiceMenu
        label={words.endOf(agentId)}
        value={end === undefined ? 'never' : 'kept'}
        options={ends.map((value) => ({ value, text: value === 'kept' ? endText : words.ends[value] }))}
        onChange={choose}
      />
      <IconButton small label={words.remove(agentId)} icon={<X size={13} />} onClick={onRemove} />
      {isChoosing && (
        <EndForm
          agentId={agentId}
          onSet={(at) => {
            setIsChoosing(false)
            onChange(endingAt(share, at))
          }}
          onCancel={() => setIsChoosing(false)}
        />
      )}
    </li>
  )
}

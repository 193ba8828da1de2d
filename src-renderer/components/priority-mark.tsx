import { ChevronDown, ChevronUp, ChevronsUp, Minus } from 'lucide-react'
import type { TaskPriority } from '../../src-main/contract/task.ts'
import { strings } from '../strings/strings.ts'

const ICONS = { low: ChevronDown, medium: Minus, high: ChevronUp, critical: ChevronsUp } as const

/** How urgent, by shape and colour; the word is in the tooltip, or beside it. */
export function PriorityMark({ priority, withText = false }: { readonly priority: TaskPriority; readonly withText?: boolean }) {
  const Icon = ICONS[priority]
  const text = strings.tasks.priorities[priority]
  return (
    <span className={`priority ${priority}`} title={text}>
      <Icon size={14} aria-label={withText ? undefined : text} aria-hidden={withText} />
      {withText && text}
    </span>
  )
}

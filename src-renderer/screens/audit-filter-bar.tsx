import { ChoiceMenu } from '../components/choice-menu.tsx'
import { FindField } from '../components/find-field.tsx'
import { AUDIT_SINCE_CHOICES, type AuditChoice } from '../model/audit-filters.ts'
import { strings } from '../strings/strings.ts'

const words = strings.audit
const OUTCOMES = ['any', 'ok', 'denied', 'failed'] as const

interface AuditFilterBarProps {
  readonly choice: AuditChoice
  readonly onChange: (choice: AuditChoice) => void
}

/** What the log is narrowed by; all of it must hold. */
export function AuditFilterBar({ choice, onChange }: AuditFilterBarProps) {
  const set = (changes: Partial<AuditChoice>) => onChange({ ...choice, ...changes })
  return (
    <div className="filter-bar" role="search" aria-label={strings.memories.filters}>
      <FindField label={words.agent} value={choice.agentId} onChange={(agentId) => set({ agentId })} />
      <FindField label={words.action} value={choice.action} onChange={(action) => set({ action })} />
      <FindField label={words.object} value={choice.objectId} onChange={(objectId) => set({ objectId })} />
      <span className="spacer" />
      <ChoiceMenu
        label={words.outcome}
        value={choice.outcome}
        options={OUTCOMES.map((outcome) => ({ value: outcome, text: words.outcomes[outcome] }))}
        onChange={(outcome) => set({ outcome })}
      />
      <ChoiceMenu
        label={words.since}
        value={choice.since}
        options={AUDIT_SINCE_CHOICES.map((since) => ({ value: since, text: words.sinceChoices[since] }))}
        onChange={(since) => set({ since })}
      />
    </div>
  )
}

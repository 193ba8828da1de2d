import { Clock } from 'lucide-react'
import type { Workflow } from '../../src-main/contract/workflow.ts'
import { shortUntil } from '../format/relative-time.ts'
import { strings } from '../strings/strings.ts'

const words = strings.workflows

interface WorkflowListProps {
  readonly workflows: readonly Workflow[]
  readonly selectedId?: string | undefined
  readonly now: number
  readonly onSelect: (id: string) => void
}

/** Workflows by name; those with a schedule say when they run next. */
export function WorkflowList({ workflows, selectedId, now, onSelect }: WorkflowListProps) {
  return (
    <ul className="workflow-list" aria-label={words.list}>
      {workflows.map((workflow) => (
        <li key={workflow.id}>
          <button type="button" aria-current={workflow.id === selectedId} onClick={() => onSelect(workflow.id)}>
            <span className="truncate">{workflow.name}</span>
            <span className="faint truncate">
              {workflow.namespace}
              {workflow.next_run_at !== undefined && (
                <>
                  {' · '}
                  <Clock size={11} aria-label={words.next} /> {shortUntil(workflow.next_run_at, now)}
                </>
              )}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}

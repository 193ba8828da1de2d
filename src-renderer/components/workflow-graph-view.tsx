import type { StepStatus, WorkflowStep } from '../../src-main/contract/workflow.ts'
import { NODE, type WorkflowGraph } from '../model/workflow-graph.ts'
import { strings } from '../strings/strings.ts'
import { StateMark, type Tone } from './state-mark.tsx'

const words = strings.workflows

interface WorkflowGraphViewProps {
  readonly graph: WorkflowGraph
  readonly steps: readonly WorkflowStep[]
  /** Of the run that is looked at; empty when none is. */
  readonly states: ReadonlyMap<string, StepStatus>
  readonly selectedId?: string | undefined
  readonly onSelect: (id: string) => void
}

export const STEP_TONES: Readonly<Record<StepStatus, Tone>> = {
  queued: 'quiet',
  running: 'live',
  waiting: 'warn',
  completed: 'ok',
  failed: 'error',
  cancelled: 'quiet',
  skipped: 'quiet',
}

/** The steps of a workflow from left to right, with the way of a run over them. */
export function WorkflowGraphView({ graph, steps, states, selectedId, onSelect }: WorkflowGraphViewProps) {
  return (
    <div className="workflow-graph" role="group" aria-label={words.graph} tabIndex={0}>
      <div className="workflow-canvas" style={{ width: graph.width, height: graph.height }}>
        <svg width={graph.width} height={graph.height} aria-hidden="true">
          {graph.edges.map(({ from, to, points }) => (
            <path
              key={`${from} ${to}`}
              className={states.get(to) === undefined ? '' : 'taken'}
              d={`M${points.map(({ x, y }) => `${x} ${y}`).join('L')}`}
            />
          ))}
        </svg>
        {graph.nodes.map(({ id, x, y }) => {
          const step = steps.find((candidate) => candidate.id === id)
          const status = states.get(id)
          return (
            <button
              key={id}
              type="button"
              className={`workflow-node ${status ?? ''}`}
              aria-pressed={id === selectedId}
              style={{ left: x, top: y, ...NODE }}
              onClick={() => onSelect(id)}
            >
              <span className="truncate">{id}</span>
              <span className="workflow-node-line">
                <span className="mono faint truncate">{step?.tool}</span>
                {status && <StateMark tone={STEP_TONES[status]} text={words.statuses[status]} />}
              </span>
            </button>
          )
        })}
      </div>
    </div>
  )
}

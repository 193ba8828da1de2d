import { useQuery } from '@tanstack/react-query'
import type { StepRun } from '../api/types.ts'
import { Age } from '../components/age.tsx'
import { AgentName } from '../components/agent-name.tsx'
import { Button } from '../components/button.tsx'
import { Face } from '../components/face.tsx'
import { Facts } from '../components/facts.tsx'
import { JsonView } from '../components/json-view.tsx'
import { StateMark } from '../components/state-mark.tsx'
import { STEP_TONES } from '../components/workflow-graph-view.tsx'
import { latency } from '../format/numbers.ts'
import { absoluteTime, clockTime } from '../format/relative-time.ts'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'
import { SidePane } from './side-pane.tsx'

const words = strings.workflows
const ENDED = ['completed', 'failed', 'cancelled']

interface RunPaneProps {
  readonly stores: Stores
  readonly id: string
  readonly stepId: string | undefined
  readonly now: number
  readonly onStep: (id: string | undefined) => void
  readonly onClose: () => void
}

/** One run as it goes: its state, its steps, and what the chosen step took, gave and said. */
export function RunPane({ stores, id, stepId, now, onStep, onClose }: RunPaneProps) {
  const query = useQuery({ queryKey: ['workflows', 'run', id], queryFn: ({ signal }) => stores.coordination.execution(id, signal) })
  const run = query.data
  if (!run) {
    return (
      <SidePane preferences={stores.preferences} label={words.runs} title={words.runs} onClose={onClose}>
        {query.status === 'error' && <Face title={words.runGone} />}
      </SidePane>
    )
  }
  return (
    <SidePane
      preferences={stores.preferences}
      label={run.workflow_name}
      title={run.workflow_name}
      tools={
        !ENDED.includes(run.status) && (
          <Button small onClick={() => void stores.workflowActions.cancel(run.id)}>
            {words.cancel}
          </Button>
        )
      }
      onClose={onClose}
    >
      <Facts
        facts={[
          { label: words.columns.status, value: <StateMark tone={STEP_TONES[run.status]} text={words.statuses[run.status]} /> },
          { label: words.columns.agent, value: <AgentName agentId={run.agent_id} /> },
          { label: words.columns.trigger, value: words.triggers[run.trigger] },
          { label: words.columns.age, value: <Age at={run.created_at} now={now} long /> },
          { label: words.columns.took, value: took(run) },
          { label: words.stepError, value: run.error && <span className="error-text">{run.error.message}</span> },
        ]}
      />
      <section className="pane-section" aria-label={words.steps}>
        <h3>{words.steps}</h3>
        <ul className="step-rows">
          {run.steps.map((step) => (
            <li key={step.id}>
              <button
                type="button"
                className="step-row"
                aria-expanded={step.id === stepId}
                onClick={() => onStep(step.id === stepId ? undefined : step.id)}
              >
                <span className="truncate">{step.id}</span>
                <span className="mono faint truncate">{step.tool}</span>
                <StateMark tone={STEP_TONES[step.status]} text={words.statuses[step.status]} />
                <span className="figures faint right">{took(step)}</span>
              </button>
              {step.id === stepId && <StepDetail step={step} />}
            </li>
          ))}
        </ul>
      </section>
      {Object.keys(run.input).length > 0 && (
        <section className="pane-section" aria-label={words.stepInput}>
          <h3>{words.stepInput}</h3>
          <JsonView value={run.input} label={words.stepInput} />
        </section>
      )}
    </SidePane>
  )
}

function StepDetail({ step }: { readonly step: StepRun }) {
  return (
    <div className="step-detail">
      {step.error && <p className="error-text pane-words">{step.error.message}</p>}
      {step.wake_at !== undefined && step.status === 'waiting' && (
        <p>
          {words.waitsUntil} {absoluteTime(step.wake_at)}
        </p>
      )}
      {step.attempts > 1 && <p className="faint">{words.attempts(step.attempts)}</p>}
      {step.input !== undefined && (
        <>
          <h4>{words.stepInput}</h4>
          <JsonView value={step.input} label={words.stepInput} />
        </>
      )}
      {step.output !== undefined && (
        <>
          <h4>{words.stepOutput}</h4>
          <JsonView value={step.output} label={words.stepOutput} />
          {step.output_truncated === true && <p className="faint">{words.cut}</p>}
        </>
      )}
      {step.logs.length > 0 && (
        <>
          <h4>{words.stepLogs}</h4>
          <ul className="step-logs mono">
            {step.logs.map(({ at, message }) => (
              <li key={`${at} ${message}`}>
                <time className="faint" dateTime={at}>
                  {clockTime(at)}
                </time>{' '}
                {message}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function took({ started_at, completed_at }: { readonly started_at?: string | undefined; readonly completed_at?: string | undefined }) {
  return started_at !== undefined && completed_at !== undefined ? latency(Date.parse(completed_at) - Date.parse(started_at)) : undefined
}

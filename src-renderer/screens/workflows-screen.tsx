import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { Workflow } from '../api/types.ts'
import { Button } from '../components/button.tsx'
import { Face } from '../components/face.tsx'
import { ScreenHead } from '../components/screen-head.tsx'
import { WorkflowList } from '../components/workflow-list.tsx'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'
import { QueryFace } from './query-face.tsx'
import { RunPane } from './run-pane.tsx'
import { WorkflowDialog } from './workflow-dialog.tsx'
import { WorkflowPage } from './workflow-page.tsx'

const words = strings.workflows

/** What runs by itself, when it ran, and what each step did. `#/workflows/ID?view=RUN`. */
export function WorkflowsScreen({ stores }: { readonly stores: Stores }) {
  const { router, coordination } = stores
  const { id, view: runId } = useStore(router.store, (route) => route)
  const now = useStore(stores.clock, (time) => time)
  const [stepId, setStepId] = useState<string>()
  const [editing, setEditing] = useState<Workflow | 'new'>()
  const query = useQuery({ queryKey: ['workflows'], queryFn: ({ signal }) => coordination.workflows(undefined, signal) })
  const workflows = query.data?.workflows ?? []
  const selected = workflows.find((workflow) => workflow.id === id) ?? (id === undefined ? workflows[0] : undefined)
  const open = (workflowId: string | undefined, run?: string) => {
    setStepId(undefined)
    router.replace({ screen: 'workflows', ...(workflowId !== undefined && { id: workflowId }), ...(run !== undefined && { view: run }) })
  }
  return (
    <main className="screen with-pane">
      <section className="main-column" aria-label={words.title}>
        <ScreenHead title={words.title} note={query.data ? words.note(query.data.total ?? workflows.length) : undefined}>
          <Button look="primary" icon={<Plus size={14} />} onClick={() => setEditing('new')}>
            {words.new}
          </Button>
        </ScreenHead>
        <QueryFace query={query}>
          {workflows.length === 0 ? (
            <Face fill title={words.empty} text={words.emptyHow}>
              <Button onClick={() => setEditing('new')}>{words.new}</Button>
            </Face>
          ) : (
            <div className="workflow-columns">
              <WorkflowList workflows={workflows} selectedId={selected?.id} now={now} onSelect={(workflowId) => open(workflowId)} />
              {selected ? (
                <WorkflowPage
                  key={selected.id}
                  stores={stores}
                  workflow={selected}
                  runId={runId}
                  stepId={stepId}
                  now={now}
                  onStep={setStepId}
                  onRun={(run) => open(selected.id, run)}
                  onEdit={() => setEditing(selected)}
                  onGone={() => open(undefined)}
                />
              ) : (
                <Face fill title={words.gone} />
              )}
            </div>
          )}
        </QueryFace>
      </section>
      {runId !== undefined && (
        <RunPane key={runId} stores={stores} id={runId} stepId={stepId} now={now} onStep={setStepId} onClose={() => open(selected?.id)} />
      )}
      {editing !== undefined && (
        <WorkflowDialog
          stores={stores}
          workflow={editing === 'new' ? undefined : editing}
          onSaved={(workflowId) => open(workflowId)}
          onClose={() => setEditing(undefined)}
        />
      )}
    </main>
  )
}

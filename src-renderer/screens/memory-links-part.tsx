import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { MAX_CARDS } from '../../src-main/contract/map-limits.ts'
import { messageOf } from '../api/server-error.ts'
import type { Link, Memory } from '../api/types.ts'
import { Button } from '../components/button.tsx'
import { LinkForm } from '../components/link-form.tsx'
import { MemoryLinks } from '../components/memory-links.tsx'
import { previewOf } from '../format/memory-text.ts'
import { hasLink } from '../model/memory-links.ts'
import type { Stores } from '../state/stores.ts'
import { useSettled } from '../state/use-settled.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'

const words = strings.links
const TYPING_MS = 150

interface MemoryLinksPartProps {
  readonly stores: Stores
  readonly memory: Memory
}

/** The links of the open memory, with the form for one more. */
export function MemoryLinksPart({ stores, memory }: MemoryLinksPartProps) {
  const { detail, list, relations, map, toasts } = stores
  const incoming = useStore(detail.store, (state) => state.incoming)
  const [isAdding, setIsAdding] = useState(false)
  const isFixed = memory.deleted_at !== undefined
  const unknown = [...memory.links.map(({ to }) => to), ...incoming.map(({ from }) => from)].filter((id) => !list.find(id))
  const asked = [...new Set(unknown)].slice(0, MAX_CARDS)
  const { data: cards = [] } = useQuery({
    queryKey: ['graph', 'cards', ...asked],
    queryFn: ({ signal }) => map.cards(asked, signal),
    enabled: asked.length > 0,
  })
  const previewIn = (id: string) => {
    const known = list.find(id)
    return known ? previewOf(known) : cards.find((card) => card.id === id)?.text
  }
  const remove = async (link: Link) => {
    const outcome = await relations.unlink(memory, link)
    if (outcome.kind === 'failed') toasts.fail(strings.toasts.failed(outcome.message))
    if (outcome.kind !== 'conflict') return
    toasts.fail(words.removeConflict)
    detail.reload()
  }
  return (
    <MemoryLinks
      outgoing={memory.links}
      incoming={incoming}
      previewOf={previewIn}
      onAdd={isFixed || isAdding ? undefined : () => setIsAdding(true)}
      onRemove={isFixed ? undefined : (link) => void remove(link)}
    >
      {isAdding && !isFixed && <NewLink stores={stores} memory={memory} onDone={() => setIsAdding(false)} />}
    </MemoryLinks>
  )
}

function NewLink({ stores, memory, onDone }: MemoryLinksPartProps & { readonly onDone: () => void }) {
  const { detail, relations } = stores
  const [kind, setKind] = useState<Link['kind']>('relates')
  const [target, setTarget] = useState<Memory>()
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<{ readonly text: string; readonly isConflict: boolean }>()
  const [isSaving, setIsSaving] = useState(false)
  const question = useSettled(text.trim(), TYPING_MS)
  const search = useQuery({
    queryKey: ['graph', 'candidates', question],
    queryFn: ({ signal }) => relations.find(question, signal),
    placeholderData: (before) => before,
  })
  const found = (search.data ?? []).filter(({ id }) => id !== memory.id && !hasLink(memory.links, { to: id, kind }))
  const status = search.isError ? messageOf(search.error) : search.isPending ? strings.common.loading : words.found(found.length)
  const add = async () => {
    if (!target || isSaving) return
    setIsSaving(true)
    setProblem(undefined)
    const outcome = await relations.link(memory, { to: target.id, kind })
    setIsSaving(false)
    if (outcome.kind === 'saved') onDone()
    else setProblem({ text: outcome.kind === 'conflict' ? words.conflict : outcome.message, isConflict: outcome.kind === 'conflict' })
  }
  const loadNewest = (
    <Button
      small
      onClick={() => {
        setProblem(undefined)
        detail.reload()
      }}
    >
      {words.loadNewest}
    </Button>
  )
  return (
    <LinkForm
      kind={kind}
      target={target}
      text={text}
      found={found}
      status={status}
      isSaving={isSaving}
      problem={
        problem && (
          <>
            {problem.text} {problem.isConflict && loadNewest}
          </>
        )
      }
      onKind={setKind}
      onText={setText}
      onTarget={setTarget}
      onAdd={() => void add()}
      onCancel={onDone}
    />
  )
}

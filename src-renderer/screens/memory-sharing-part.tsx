import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { LIMITS } from '../../src-main/contract/protocol.ts'
import type { Memory } from '../api/types.ts'
import { AgentName } from '../components/agent-name.tsx'
import { Combobox } from '../components/combobox.tsx'
import { MemorySharing } from '../components/memory-sharing.tsx'
import { candidatesFor } from '../model/memory-sharing.ts'
import type { SaveOutcome } from '../state/memory-actions.ts'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'

const words = strings.sharing
const MOST_SHOWN = 50

interface MemorySharingPartProps {
  readonly stores: Stores
  readonly memory: Memory
  readonly now: number
}

/** Who may see the open memory, to be read and changed. */
export function MemorySharingPart({ stores, memory, now }: MemorySharingPartProps) {
  const { detail, relations, toasts } = stores
  const run = async (change: Promise<SaveOutcome>) => {
    const outcome = await change
    if (outcome.kind === 'saved') return
    toasts.fail(outcome.kind === 'conflict' ? words.conflict : strings.toasts.failed(outcome.message))
    if (outcome.kind === 'conflict') detail.reload()
  }
  return (
    <MemorySharing
      memory={memory}
      now={now}
      isFixed={memory.deleted_at !== undefined}
      onLevel={(level) => void run(relations.setLevel(memory, level))}
      onShare={(share) => void run(relations.share(memory, share))}
      onRemove={(agentId) => void run(relations.unshare(memory, agentId))}
    >
      {memory.shared_with.length < LIMITS.sharedWith && (
        <AgentFinder
          stores={stores}
          memory={memory}
          onChoose={(agentId) => void run(relations.share(memory, { agent_id: agentId, permission: 'read' }))}
        />
      )}
    </MemorySharing>
  )
}

interface AgentFinderProps {
  readonly stores: Stores
  readonly memory: Memory
  readonly onChoose: (agentId: string) => void
}

/** Known agents, and whatever id one types: an agent may be let in before it comes for the first time. */
function AgentFinder({ stores, memory, onChoose }: AgentFinderProps) {
  const [text, setText] = useState('')
  const query = useInfiniteQuery({
    queryKey: ['agents'],
    queryFn: ({ pageParam, signal }) => stores.coordination.agents(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor,
  })
  const known = (query.data?.pages.flatMap((page) => page.agents) ?? []).map((agent) => agent.agent_id)
  const typed = text.trim()
  const found = candidatesFor(memory, known, typed).slice(0, MOST_SHOWN)
  const isNamed = typed !== '' && candidatesFor(memory, [typed], '').length === 0
  const { hasNextPage, isFetching, isError, fetchNextPage } = query
  const isLooking = typed !== '' && found.length < MOST_SHOWN && !isError && (hasNextPage || isFetching)
  useEffect(() => {
    if (isLooking && !isFetching) void fetchNextPage()
  }, [isLooking, isFetching, fetchNextPage])
  // Whether it has been here can be said only when all that have are known.
  const isFree = typed !== '' && !known.includes(typed) && !isNamed && !isLooking
  const options = [
    ...found.map((agentId) => ({ id: agentId, text: <AgentName agentId={agentId} /> })),
    ...(isFree ? [{ id: typed, text: words.addUnknown(typed) }] : []),
  ]
  const statusOf = (): string => {
    if (options.length > 0) return words.found(options.length)
    if (isNamed) return words.seesAlready(typed)
    return isLooking ? words.looking : words.nobodyLeft
  }
  return (
    <Combobox
      label={words.add}
      placeholder={words.addHint}
      text={text}
      options={options}
      status={statusOf()}
      onText={setText}
      onChoose={(agentId) => {
        setText('')
        onChoose(agentId)
      }}
    />
  )
}

import type { ReactNode } from 'react'
import type { AccessLevel, Memory, Share } from '../../src-main/contract/memory.ts'
import { OWNER_AGENT_ID } from '../../src-main/contract/protocol.ts'
import { grantees } from '../model/memory-sharing.ts'
import { strings } from '../strings/strings.ts'
import { ChoiceMenu } from './choice-menu.tsx'
import { GrantRow } from './grant-row.tsx'
import { Level } from './level.tsx'

const LEVELS: readonly AccessLevel[] = ['private', 'team', 'shared', 'public', 'system']
const words = strings.sharing

interface MemorySharingProps {
  readonly memory: Memory
  readonly now: number
  /** Of one in the trash nothing can be changed. */
  readonly isFixed: boolean
  readonly onLevel: (level: AccessLevel) => void
  readonly onShare: (share: Share) => void
  readonly onRemove: (agentId: string) => void
  /** Finds one more agent. */
  readonly children?: ReactNode
}

/** Who may see a memory, in a sentence, and what changes that. */
export function MemorySharing({ memory, now, isFixed, onLevel, onShare, onRemove, children }: MemorySharingProps) {
  const { access_level: level, shared_with: shares } = memory
  return (
    <section className="detail-section" aria-label={words.title}>
      <header className="section-head">
        <h3>{words.title}</h3>
        {isFixed ? (
          <Level level={level} withText />
        ) : (
          <ChoiceMenu
            label={strings.editor.level}
            value={level}
            options={LEVELS.map((value) => ({ value, text: strings.levels[value], icon: <Level level={value} /> }))}
            onChange={(next) => next !== level && onLevel(next)}
          >
            <Level level={level} withText />
          </ChoiceMenu>
        )}
      </header>
      <p className="sharing-sentence" role="status">
        {seenBy(memory, now)}
      </p>
      {level === 'shared' && shares.length > 0 && (
        <ul className="grants" aria-label={words.grants}>
          {shares.map((share) => (
            <GrantRow
              key={share.agent_id}
              share={share}
              now={now}
              isFixed={isFixed}
              onChange={onShare}
              onRemove={() => onRemove(share.agent_id)}
            />
          ))}
        </ul>
      )}
      {level === 'shared' && !isFixed && children}
    </section>
  )
}

function seenBy(memory: Memory, now: number): string {
  const { access_level: level, agent_id: owner, namespace } = memory
  const seers = owner === OWNER_AGENT_ID ? [] : [owner]
  switch (level) {
    case 'private':
      return words.seenBy(seers)
    case 'shared': {
      const others = grantees(memory, now)
      return others.length === 0 ? words.seenByNobodyYet(seers) : words.seenBy([...seers, ...others])
    }
    case 'team':
      return words.seenByTeam(namespace)
    case 'public':
      return words.seenByAll
    case 'system':
      return words.seenByAllReadOnly
  }
}

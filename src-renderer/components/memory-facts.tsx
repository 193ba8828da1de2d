import type { Memory } from '../../src-main/contract/memory.ts'
import { hundredths } from '../format/numbers.ts'
import { absoluteTime, untilThen } from '../format/relative-time.ts'
import { strings } from '../strings/strings.ts'
import { Age } from './age.tsx'
import { AgentName } from './agent-name.tsx'
import { CopyButton } from './copy-button.tsx'
import { FactRow } from './facts.tsx'
import { Importance } from './importance.tsx'

const words = strings.detail

/** What is known of a memory besides its text, its links and who may see it. */
export function MemoryFacts({ memory, now }: { readonly memory: Memory; readonly now: number }) {
  return (
    <dl className="facts" aria-label={words.facts}>
      <FactRow label={words.owner}>
        <AgentName agentId={memory.agent_id} />
      </FactRow>
      <FactRow label={words.namespace}>{memory.namespace}</FactRow>
      <FactRow label={words.importance}>
        <span className="fact-line figures">
          <Importance value={memory.importance} /> {hundredths(memory.importance)}
        </span>
      </FactRow>
      {memory.source_url !== undefined && (
        <FactRow label={words.source}>
          <Source url={memory.source_url} />
        </FactRow>
      )}
      <FactRow label={words.created}>
        <Age at={memory.created_at} now={now} long />
      </FactRow>
      {memory.version > 1 && (
        <FactRow label={words.updated}>
          <Age at={memory.updated_at} now={now} long />
        </FactRow>
      )}
      <FactRow label={words.accessed}>
        {memory.accessed_at === undefined || memory.access_count === 0 ? (
          words.never
        ) : (
          <>
            <Age at={memory.accessed_at} now={now} long /> <span className="faint">· {words.timesRead(memory.access_count)}</span>
          </>
        )}
      </FactRow>
      {memory.expires_at !== undefined && (
        <FactRow label={words.expires}>
          <time dateTime={memory.expires_at} title={absoluteTime(memory.expires_at)}>
            {untilThen(memory.expires_at, now)}
          </time>
        </FactRow>
      )}
      {memory.pinned && <FactRow label={words.pinned}>{words.pinnedYes}</FactRow>}
      <FactRow label={words.id}>
        <span className="fact-line">
          <span className="mono truncate">{memory.id}</span>
          <CopyButton text={memory.id} what={words.id} />
        </span>
      </FactRow>
    </dl>
  )
}

/** Only web addresses become links; anything else is shown as text. */
function Source({ url }: { readonly url: string }) {
  if (!/^https?:\/\//i.test(url)) return <span className="break">{url}</span>
  return (
    <a className="break" href={url} target="_blank" rel="noreferrer noopener">
      {url.replace(/^https?:\/\//i, '')}
    </a>
  )
}

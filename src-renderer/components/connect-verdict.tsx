import { CircleCheck, TriangleAlert } from 'lucide-react'
import type { VerifiedPlace } from '../../src-main/contract/clients.ts'
import { latency } from '../format/numbers.ts'
import { strings } from '../strings/strings.ts'

const words = strings.connect.sheet

/** What came of starting a program's entry and talking with it. */
export function ConnectVerdict({ title, place }: { readonly title: string; readonly place: VerifiedPlace }) {
  const { works, problem, tools = 0, start_ms = 0, call_ms, agent_id, namespace } = place
  return (
    <div className={works ? 'verdict ok' : 'verdict error'} role="status">
      {works ? <CircleCheck size={18} aria-hidden="true" /> : <TriangleAlert size={18} aria-hidden="true" />}
      <div>
        <h3>{works ? words.verified(title, latency(start_ms), tools) : words.failed(title)}</h3>
        {works && agent_id !== undefined && namespace !== undefined && call_ms !== undefined && (
          <p>{words.verifiedAs(agent_id, namespace, latency(call_ms))}</p>
        )}
        {!works && <p className="break">{problem}</p>}
        {!works && <p className="faint">{words.failedHow}</p>}
      </div>
    </div>
  )
}

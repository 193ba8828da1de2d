import { setTimeout as delay } from 'node:timers/promises'
import type { NetworkUser } from './network-users.ts'

/** One memory that somebody was told is kept. */
export interface Kept {
  readonly agentId: string
  readonly id: string
  readonly content: string
}

/** What one user did and met. */
export class WorkLog {
  readonly kept: Kept[] = []
  /** Contents that were sent, whether or not that was acknowledged. */
  readonly sent = new Set<string>()
  /** Wrong answers, and calls that outlived their deadline. */
  readonly faults: string[] = []
  readonly failures = new Map<string, number>()
  found = 0
  slowestMs = 0
}

const AFTER_A_FAILURE_MS = 100
/** Timers of a busy machine. */
const LATE_MS = 3_000

/** Writes numbered memories and looks for each, one after the other, until the signal comes; what is under way then is brought to its end. */
export async function work(user: NetworkUser, lane: number, log: WorkLog, signal: AbortSignal): Promise<void> {
  for (let number = 1; !signal.aborted; number += 1) {
    const word = `${user.name}x${lane}x${number}`.replaceAll('-', '')
    const content = `Memory ${word}: the reading was ${number * 7919} at noon.`
    log.sent.add(content)
    const stored = await timed(user, log, 'store_memory', { content })
    const memory = stored?.['memory'] as { id: string; content: string; agent_id: string } | undefined // the tool's contract
    if (!memory) {
      await delay(AFTER_A_FAILURE_MS)
      continue
    }
    if (memory.content !== content || memory.agent_id !== user.name)
      log.faults.push(`${content} was answered with ${JSON.stringify(memory)}`)
    log.kept.push({ agentId: user.name, id: memory.id, content })
    const hits = await timed(user, log, 'semantic_search', { query: word, mode: 'keyword', limit: 3 })
    if (!hits) continue
    const [first] = (hits['memories'] ?? []) as readonly { id: string }[] // the tool's contract, if it is the right answer
    if (hits['query'] !== word || first?.id !== memory.id)
      log.faults.push(`${word} was searched, and found: ${JSON.stringify(hits).slice(0, 400)}`)
    log.found += 1
  }
}

/** The answer; undefined if the call failed, which a bad network may make it. */
async function timed(user: NetworkUser, log: WorkLog, tool: 'store_memory' | 'semantic_search', args: Record<string, unknown>) {
  const start = performance.now()
  try {
    return await user.call(tool, args)
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, 80)
    log.failures.set(reason, (log.failures.get(reason) ?? 0) + 1)
    return undefined
  } finally {
    const tookMs = performance.now() - start
    log.slowestMs = Math.max(log.slowestMs, tookMs)
    if (tookMs > user.deadlineMs + LATE_MS) log.faults.push(`${user.name} waited ${Math.round(tookMs)} ms for ${tool}`)
  }
}

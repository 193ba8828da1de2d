import type { MemoryEvent } from '../contract/events.ts'
import type { Memory } from '../contract/memory.ts'
import type { EventBus } from '../base/event-bus.ts'

/** Says on the bus what happened to a memory, with the facts that decide who may hear it. */
export function announceMemory(bus: EventBus, type: MemoryEvent['type'], memory: Memory, by: string, at: string): void {
  bus.publish({
    event: {
      type,
      at,
      memory_id: memory.id,
      by,
      agent_id: memory.agent_id,
      namespace: memory.namespace,
      access_level: memory.access_level,
    },
    access: memory,
  })
}

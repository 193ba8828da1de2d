import { afterEach, describe, expect, it } from 'vitest'
import type { Announcement, EventBus } from './event-bus.ts'

/** An announcement that carries `name`. */
export function announcementOf(name: string): Announcement {
  const { event, ...rest } = memoryStored(name)
  return { event, ...rest }
}

function memoryStored(memoryId: string) {
  const facts = { agent_id: 'alice', namespace: 'acme', access_level: 'team' } as const
  const at = '2026-11-22T10:00:00.000Z'
  return {
    event: { type: 'memory-stored', at, memory_id: memoryId, by: 'alice', ...facts } as const,
    access: { ...facts, shared_with: [{ agent_id: 'bob', permission: 'read', expires_at: at }] } as const,
  }
}

export function nameOf({ event }: Announcement): string {
  return 'memory_id' in event ? event.memory_id : event.type
}

export interface OpenedBus {
  readonly bus: EventBus
  readonly close: () => void | Promise<void>
}

/** What an implementation of EventBus keeps to for one process. */
export function eventBusConformance(name: string, open: () => Promise<OpenedBus>): void {
  describe(`${name} as an EventBus`, () => {
    const opened: OpenedBus[] = []
    const busOf = async (): Promise<EventBus> => {
      const one = await open()
      opened.push(one)
      return one.bus
    }
    afterEach(async () => {
      for (const { close } of opened.splice(0)) await close()
    })

    it('has told every listener of both kinds, in order, when publish returns, and tells nobody twice', async () => {
      const bus = await busOf()
      const heard: string[] = []
      bus.subscribe((announcement) => heard.push(`here ${nameOf(announcement)}`))
      bus.subscribeAll(
        (announcement) => heard.push(`all ${nameOf(announcement)}`),
        () => heard.push('gap'),
      )
      for (const id of ['1', '2']) bus.publish(announcementOf(id))
      const told = ['here 1', 'all 1', 'here 2', 'all 2']
      expect(heard).toEqual(told)
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(heard).toEqual(told)
    })

    it('hands on the announcement as it is', async () => {
      const bus = await busOf()
      const heard: Announcement[] = []
      bus.subscribeAll(
        (announcement) => heard.push(announcement),
        () => undefined,
      )
      bus.publish(announcementOf('whole'))
      expect(heard).toEqual([announcementOf('whole')])
    })

    it('is not disturbed by a listener that throws', async () => {
      const bus = await busOf()
      const heard: string[] = []
      bus.subscribe(() => {
        throw new Error('broken')
      })
      bus.subscribe((announcement) => heard.push(nameOf(announcement)))
      expect(() => bus.publish(announcementOf('1'))).not.toThrow()
      expect(heard).toEqual(['1'])
    })

    it('tells nothing more after the end of a subscription, of which each call has its own', async () => {
      const bus = await busOf()
      let count = 0
      const listener = (): void => void (count += 1)
      const before = bus.listenerCount
      const ends = [bus.subscribe(listener), bus.subscribe(listener), bus.subscribeAll(listener, () => undefined)]
      bus.publish(announcementOf('1'))
      for (const end of [ends[0], ends[0], ends[2]]) end?.()
      bus.publish(announcementOf('2'))
      expect([count, bus.listenerCount - before]).toEqual([4, 1])
    })

    it('takes what no other process could be told', async () => {
      const bus = await busOf()
      const heard: string[] = []
      bus.subscribe((announcement) => heard.push(nameOf(announcement)))
      const circular: Record<string, unknown> = {}
      circular['self'] = circular
      expect(() => bus.publish({ ...announcementOf('circular'), circular } as Announcement)).not.toThrow()
      bus.publish({ event: { type: 'hello', at: '', server_version: '1', is_owner: false } })
      expect(heard).toEqual(['circular', 'hello'])
    })
  })
}

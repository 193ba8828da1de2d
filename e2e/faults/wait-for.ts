import { setTimeout as delay } from 'node:timers/promises'

/** Waits until it is true or the time is over; says which. */
export async function waitFor(isTrue: () => boolean, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs
  while (!isTrue()) {
    if (performance.now() > end) return false
    await delay(1)
  }
  return true
}

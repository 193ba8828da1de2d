import { setTimeout as delay } from 'node:timers/promises'

/** Asks again and again until there is an answer. Fails after `withinMs`, naming what it waited for. */
export async function until<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = 20_000,
  everyMs = 25,
): Promise<T> {
  const end = Date.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    if (Date.now() > end) throw new Error(`Waited ${withinMs} ms for ${what}.`)
    await delay(everyMs)
  }
}

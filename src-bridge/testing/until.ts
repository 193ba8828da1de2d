/** Waits until `probe` gives something, and gives it. */
export async function until<T>(probe: () => T | undefined | false, what: string, withinMs = 10_000): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const found = probe()
    if (found !== undefined && found !== false) return found
    if (performance.now() > deadline) throw new Error(`Waited ${withinMs} ms in vain for ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

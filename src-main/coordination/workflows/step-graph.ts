/** A circle in a graph of names, as the path that leads back to where it began; undefined when there is none. */
export function cycleIn(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>()
  for (const start of edges.keys()) {
    const cycle = search(start, edges, done)
    if (cycle) return cycle
  }
  return undefined
}

/** Depth first without recursion: chains may be longer than the stack. */
function search(start: string, edges: ReadonlyMap<string, readonly string[]>, done: Set<string>): string[] | undefined {
  const path: string[] = []
  const onPath = new Set<string>()
  const waiting: { readonly name: string; readonly isLeaving: boolean }[] = [{ name: start, isLeaving: false }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.isLeaving) {
      path.pop()
      onPath.delete(next.name)
      done.add(next.name)
    } else if (onPath.has(next.name)) {
      return [...path.slice(path.indexOf(next.name)), next.name]
    } else if (!done.has(next.name)) {
      path.push(next.name)
      onPath.add(next.name)
      waiting.push({ name: next.name, isLeaving: true }, ...(edges.get(next.name) ?? []).map((name) => ({ name, isLeaving: false })))
    }
  }
  return undefined
}

/**
 * Calls `onDeath` once when the process that started us is gone. A host that crashed may leave our input open in a sibling,
 * and the bridge must not outlive it. Where the parent's id never changes (Windows) this is silent.
 */
export function watchParent(onDeath: () => void, everyMs: number, parentId: () => number = () => process.ppid): () => void {
  const first = parentId()
  const timer = setInterval(() => {
    if (parentId() === first) return
    clearInterval(timer)
    onDeath()
  }, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}

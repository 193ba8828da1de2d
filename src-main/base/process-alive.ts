/** Whether a process of this machine lives, whoever it belongs to. */
export function isProcessAlive(pid: number): boolean {
  // 0 and negative numbers address groups of processes, ours among them.
  if (pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** What keeps workflows from going on without end. Each is a setting (config/settings-table.ts). */
export interface WorkflowLimits {
  /** Steps of one workflow. */
  readonly maxSteps: number
  /** Steps of a run and of all runs that it starts, together. */
  readonly maxTotalSteps: number
  /** How many runs deep a run may start others: 0 forbids it. */
  readonly maxDepth: number
  /** Seconds of one run, waits included. */
  readonly maxSeconds: number
  /** Bytes of one output as JSON; a larger one is cut. */
  readonly maxOutputBytes: number
  /** Runs under way at once in this server; further ones wait in line. */
  readonly maxRunning: number
  /** Days that ended runs are kept. */
  readonly keepDays: number
}

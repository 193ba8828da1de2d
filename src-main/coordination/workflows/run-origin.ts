/** The step of a run that a tool call comes from. */
export interface RunOrigin {
  /** The same for every attempt at this step, also after a restart: what the call made before is its answer then. */
  readonly key: string
  /** When the step first began, epoch milliseconds: the time in ids that are made from the key. */
  readonly beganAtMs: number
  readonly executionId: string
  readonly rootExecutionId: string
  /** How many runs deep: 0 for one that no other started. */
  readonly depth: number
}

import { availableParallelism } from 'node:os'

export interface E2ePass {
  readonly name: string
  /** For `playwright test`. */
  readonly args: readonly string[]
}

/**
 * The end-to-end tests, quicker than one after the other: most spend their time waiting for processes and deadlines, and share the
 * machine; those whose answers are measured (`@timed` in the title) have it to themselves afterwards.
 */
export const E2E_PASSES: readonly E2ePass[] = [
  { name: 'side by side', args: ['--grep-invert=@timed', `--workers=${availableParallelism() + 1}`] },
  { name: 'what is measured, one at a time', args: ['--grep=@timed', '--workers=1'] },
]

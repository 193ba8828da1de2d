import type { TaskStatus } from '../api/types.ts'
import type { Tone } from '../components/state-mark.tsx'

/** Colours of the states of tasks. */
export const TASK_TONES: Readonly<Record<TaskStatus, Tone>> = {
  pending: 'quiet',
  blocked: 'warn',
  in_progress: 'live',
  completed: 'ok',
  failed: 'error',
  cancelled: 'quiet',
}

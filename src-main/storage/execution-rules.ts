import { AppError } from '../base/errors.ts'

/** Runs that start runs are bounded together, so that none fans out without end. */
export function tooManySteps(maxSteps: number): AppError {
  return new AppError(
    'conflict',
    `This run and all that it belongs to would have more than ${maxSteps} steps together; start it by itself, make it smaller, or raise TMWS_WORKFLOW_MAX_TOTAL_STEPS.`,
    { details: { field: 'workflow_id', max_total_steps: maxSteps } },
  )
}

import { AppError } from '../../base/errors.ts'
import { failureOf, normalizePostgresError } from './postgres-errors.ts'

/** How long a lost or absent database is tried again, in milliseconds. */
const RECONNECT_BUDGET_MS = 3_000
const MAX_COLLISIONS = 20

/**
 * Runs one call of a store against a database that may be away, restart, or refuse a change because of another one. `work` must be a
 * question, one transaction, or a change that can be made twice: then a failure that is tried again has left nothing behind (see
 * postgres-driver.ts for the one that might). `inTurn` lets it wait for others first, within the budget. Throws `unavailable` when that is
 * over, and does not begin after it.
 */
export async function callDatabase<T>(work: () => Promise<T>, budgetMs: number, inTurn: InTurn = (attempt) => attempt()): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    if (budgetMs !== Infinity) timer = setTimeout(() => reject(tooSlow(budgetMs)), budgetMs)
  })
  try {
    const end = performance.now() + budgetMs
    return await Promise.race([inTurn(() => tryAgain(work, end, budgetMs)), tooLate])
  } catch (error) {
    throw normalizePostgresError(error)
  } finally {
    clearTimeout(timer)
  }
}

/** How a call waits for its turn before it is attempted. */
export type InTurn = <T>(attempt: () => Promise<T>) => Promise<T>

async function tryAgain<T>(work: () => Promise<T>, end: number, budgetMs: number): Promise<T> {
  const begun = performance.now()
  let collisions = 0
  for (let round = 0; ; round++) {
    // Its caller has been told that it failed; it must not happen after that.
    if (performance.now() > end) throw tooSlow(budgetMs)
    try {
      return await work()
    } catch (error) {
      const failure = failureOf(error)
      const now = performance.now()
      if (failure === 'other' || now > end) throw error
      if (failure === 'collision' && ++collisions > MAX_COLLISIONS) throw error
      if (failure === 'connection' && now - begun > RECONNECT_BUDGET_MS) throw error
      await pause(failure, round)
    }
  }
}

/** Collisions part by chance; a database that is away is not asked at once by all. */
function pause(failure: 'connection' | 'collision', round: number): Promise<void> {
  const most = failure === 'collision' ? Math.min(100, 5 * 2 ** round) : Math.min(500, 50 * 2 ** round)
  return new Promise((resolve) => setTimeout(resolve, most * (0.5 + Math.random() / 2)))
}

function tooSlow(budgetMs: number): AppError {
  return new AppError(
    'unavailable',
    `The database did not answer within ${budgetMs / 1000} seconds. If this was a change, look whether it was made before you try again.`,
  )
}

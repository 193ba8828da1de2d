import { addOutcomes, NOTHING, sentenceOf } from './test-counts.ts'
import type { Outcome } from './test-counts.ts'
import type { NamedOutcome } from './test-runner.ts'

/** Prints what each runner did, then the names of what failed, then the sum as the last line. True if all is well and something ran. */
export function printOutcomes(outcomes: readonly NamedOutcome[]): boolean {
  console.log('')
  for (const { name, counts } of outcomes) console.log(`${name}: ${sentenceOf(counts)}`)
  for (const failure of outcomes.flatMap(({ passedAlone = [] }) => passedAlone))
    console.log(`  passed only when repeated alone: ${failure}`)
  const total: Outcome = outcomes.reduce<Outcome>(addOutcomes, NOTHING)
  for (const failure of total.failures) console.log(`  failed: ${failure}`)
  console.log(sentenceOf(total.counts))
  return total.counts.failed === 0 && total.counts.passed > 0
}

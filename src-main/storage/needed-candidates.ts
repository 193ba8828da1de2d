/**
 * Of the wanted candidates, the share that an answer needs. For those who may see a third of all, each further one costs three looks, and what
 * comes late is seldom among the nearest.
 */
const ENOUGH = 0.5
/** As many as that are always needed, where so many are wanted. */
const NEEDED_AT_LEAST = 50

/** How many of the wanted candidates of one leg an answer needs, where to find the others too would take a second look. */
export function neededOf(wanted: number): number {
  return Math.max(Math.ceil(ENOUGH * wanted), Math.min(wanted, NEEDED_AT_LEAST))
}

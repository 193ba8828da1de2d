import { sql } from 'kysely'

/** What ranking needs of a memory `m`: read where the memory is found, so that it is not looked up again. */
export const DESCRIBED = sql`m.seq, m.id, m.importance, m.created_at`

export interface DescribedRow {
  readonly seq: number
  readonly id: string
  readonly importance: number
  readonly created_at: number
  readonly score: number
}

import type { ExpressionBuilder } from 'kysely'
import type { CancelRequest, ExecutionChange, LeaseClaim, LeaseRenewal, RunnableExecution } from '../execution-store.ts'
import type { HoldRows } from './hold-rows.ts'
import { toRunnable } from './sql-execution-rows.ts'
import type { MemoryDatabase, MemoryDb } from './sql-schema.ts'

type Build = ExpressionBuilder<MemoryDatabase, 'executions'>

/** Who runs what. Runs that another server is claiming in this moment are passed over. */
export function claimExecutions(db: MemoryDb, claim: LeaseClaim, hold?: HoldRows): Promise<RunnableExecution[]> {
  const { runnerId, leaseUntil, limit, dead, onlyNested } = claim
  const now = Date.parse(claim.now)
  const isFree = (build: Build) =>
    build.or([
      build('lease_until', 'is', null),
      build('lease_until', '<=', now),
      ...(dead.length > 0 ? [build('runner_id', 'in', dead)] : []),
    ])
  return db.transaction().execute(async (tx) => {
    let open = tx.selectFrom('executions').selectAll().where('completed_at', 'is', null).where(isFree)
    if (onlyNested === true) open = open.where('depth', '>', 0)
    const oldest = open.orderBy('seq').limit(limit)
    const rows = await (hold ? oldest.forUpdate().skipLocked() : oldest).execute()
    if (rows.length === 0) return []
    const ids = rows.map(({ id }) => id)
    await tx
      .updateTable('executions')
      .set({ runner_id: runnerId, lease_until: Date.parse(leaseUntil) })
      .where('id', 'in', ids)
      .execute()
    return toRunnable(tx, rows)
  })
}

export async function leaseHolders(db: MemoryDb, now: string): Promise<string[]> {
  const rows = await db
    .selectFrom('executions')
    .select('runner_id')
    .distinct()
    .where('completed_at', 'is', null)
    .where('lease_until', '>', Date.parse(now))
    .execute()
  return rows.flatMap(({ runner_id: runner }) => runner ?? [])
}

export function renewLeases(
  db: MemoryDb,
  { runnerId, ids, now, leaseUntil }: LeaseRenewal,
): Promise<{ held: string[]; toCancel: CancelRequest[] }> {
  return db.transaction().execute(async (tx) => {
    const rows = await tx
      .updateTable('executions')
      .set({ lease_until: Date.parse(leaseUntil) })
      .where('id', 'in', ids)
      .where('completed_at', 'is', null)
      .where('runner_id', '=', runnerId)
      // One that has lapsed may be another's by the time this is written.
      .where('lease_until', '>', Date.parse(now))
      .returning(['id', 'cancel_reason'])
      .execute()
    return {
      held: rows.map(({ id }) => id),
      toCancel: rows.flatMap(({ id, cancel_reason: reason }) => (reason === null ? [] : [{ id, reason }])),
    }
  })
}

export function recordExecution(db: MemoryDb, id: string, runnerId: string, change: ExecutionChange): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('executions')
      .set({
        status: change.status,
        ...(change.startedAt !== undefined && { started_at: Date.parse(change.startedAt) }),
        ...(change.completedAt !== undefined && {
          completed_at: Date.parse(change.completedAt),
          runner_id: null,
          lease_until: null,
        }),
        ...(change.output && { output: JSON.stringify(change.output) }),
        ...(change.outputTruncated === true && { output_truncated: 1 }),
        ...(change.error && { error: JSON.stringify(change.error) }),
      })
      .where('id', '=', id)
      .where('runner_id', '=', runnerId)
      .where('completed_at', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return false
    for (const run of change.steps) {
      await tx
        .updateTable('execution_steps')
        .set({ run: JSON.stringify(run) })
        .where('execution_id', '=', id)
        .where('step_id', '=', run.id)
        .execute()
    }
    return true
  })
}

export async function releaseLeases(db: MemoryDb, runnerId: string): Promise<void> {
  await db.updateTable('executions').set({ runner_id: null, lease_until: null }).where('runner_id', '=', runnerId).execute()
}

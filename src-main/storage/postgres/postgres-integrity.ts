import { sql } from 'kysely'
import type { MemoryDb } from '../sql/sql-schema.ts'
import { missingGraphs } from './postgres-graphs.ts'
import { modelIds, vectorTable } from './postgres-vector-tables.ts'

/** What does not fit together between the memories and what is kept beside them; empty when all is well. Reads everything once. */
export async function checkData(db: MemoryDb): Promise<string[]> {
  const problems = [
    ...(await problem(
      db,
      'live memories are missing from the word index',
      sql`
      memories m WHERE deleted_at IS NULL AND NOT EXISTS (SELECT FROM memory_documents d WHERE d.memory_seq = m.seq)`,
    )),
    ...(await problem(
      db,
      'entries of the word index belong to no live memory',
      sql`
      memory_documents d WHERE NOT EXISTS (SELECT FROM memories m WHERE m.seq = d.memory_seq AND m.deleted_at IS NULL)`,
    )),
    ...(await problem(
      db,
      'memories have words in the index but no entry',
      sql`
      (SELECT DISTINCT memory_seq FROM memory_words) w WHERE NOT EXISTS (SELECT FROM memory_documents d WHERE d.memory_seq = w.memory_seq)`,
    )),
    ...(await problem(
      db,
      'memories have words, but none of them in the index',
      sql`
      memory_documents d WHERE d.length > 0 AND NOT EXISTS (SELECT FROM memory_words w WHERE w.memory_seq = d.memory_seq)`,
    )),
    ...(await problem(
      db,
      'links lead to no memory',
      sql`
      memory_links l WHERE NOT EXISTS (SELECT FROM memories m WHERE m.id = l.to_id)`,
    )),
    ...(await problem(
      db,
      'memories have a successor that is not there',
      sql`
      memories m WHERE superseded_by IS NOT NULL AND NOT EXISTS (SELECT FROM memories n WHERE n.id = m.superseded_by)`,
    )),
    ...(await problem(
      db,
      'memories have a history with holes',
      sql`
      memories m WHERE m.version <> (SELECT count(*) FROM memory_history h WHERE h.memory_seq = m.seq)`,
    )),
    ...(await problem(
      db,
      'dependencies of tasks lead to no task',
      sql`
      task_dependencies d WHERE NOT EXISTS (SELECT FROM tasks t WHERE t.id = d.task_id) OR NOT EXISTS (SELECT FROM tasks t WHERE t.id = d.depends_on)`,
    )),
    ...(await problem(
      db,
      'runs of workflows have steps missing',
      sql`
      executions e WHERE e.step_count <> (SELECT count(*) FROM execution_steps s WHERE s.execution_id = e.id)`,
    )),
    ...(await totals(db)),
    ...(await missingGraphs(db)).map(
      ({ id }) => `the vectors of model ${id} have no graph, and are searched one by one; a running server builds it within minutes`,
    ),
  ]
  for (const modelId of await modelIds(db)) problems.push(...(await checkModel(db, modelId)))
  return problems
}

async function checkModel(db: MemoryDb, modelId: number): Promise<string[]> {
  const table = vectorTable(modelId)
  return [
    ...(await problem(
      db,
      'live memories have vectors that are not searched',
      sql`
      (SELECT DISTINCT v.memory_seq FROM memory_vectors v JOIN memories m ON m.seq = v.memory_seq
        WHERE v.model_id = ${modelId} AND m.deleted_at IS NULL AND EXISTS (SELECT FROM generate_series(5, length(v.vector)) AS at WHERE get_byte(v.vector, at - 1) <> 0)) v
      WHERE NOT EXISTS (SELECT FROM ${table} s WHERE s.memory_seq = v.memory_seq)`,
    )),
    ...(await problem(
      db,
      'searched vectors belong to no live memory',
      sql`
      ${table} s WHERE NOT EXISTS (SELECT FROM memories m WHERE m.seq = s.memory_seq AND m.deleted_at IS NULL)`,
    )),
  ]
}

async function totals(db: MemoryDb): Promise<string[]> {
  const { rows } = await sql<{ differs: boolean }>`
    SELECT (SELECT sum(documents) FROM word_totals) <> count(*) OR (SELECT sum(length) FROM word_totals) <> coalesce(sum(length), 0) AS differs
    FROM memory_documents`.execute(db)
  return rows[0]?.differs === true ? ['the totals of the word index are wrong'] : []
}

async function problem(db: MemoryDb, what: string, from: ReturnType<typeof sql>): Promise<string[]> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM ${from}`.execute(db)
  const count = rows[0]?.count ?? 0
  return count === 0 ? [] : [`${count} ${what}`]
}

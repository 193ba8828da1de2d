import type { Migration } from './migration.ts'

/** Which model searches use, and how it is opened. Before this there was one model at a time: the one with the most vectors. */
export const embeddingModels: Migration = {
  version: 3,
  sql: `
    ALTER TABLE embedding_models ADD COLUMN state TEXT NOT NULL DEFAULT 'kept', ADD COLUMN recipe TEXT;
    UPDATE embedding_models SET state = 'in-use' WHERE id = (
      SELECT model_id FROM memory_vectors GROUP BY model_id ORDER BY count(*) DESC LIMIT 1
    );
    UPDATE embedding_models SET recipe = '{"provider":"local","model":{"kind":"built-in"}}' WHERE name = 'all-MiniLM-L6-v2-int8';
    UPDATE embedding_models SET recipe = '{"provider":"hash"}' WHERE name = 'hash-64';
    CREATE INDEX memory_vectors_model ON memory_vectors (model_id);
  `,
}

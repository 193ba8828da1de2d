import type { Migration } from './migration.ts'

/**
 * Which model searches use, and how it is opened. Before this there was one model at a time: whichever has the most vectors is the
 * one in use, and the shipped model is the only one that could be told from its name.
 */
export const embeddingModels: Migration = {
  version: 6,
  sql: `
    ALTER TABLE embedding_models ADD COLUMN state TEXT NOT NULL DEFAULT 'kept';
    ALTER TABLE embedding_models ADD COLUMN recipe TEXT;
    UPDATE embedding_models SET state = 'in-use' WHERE id = (
      SELECT model_id FROM memory_vectors GROUP BY model_id ORDER BY count(*) DESC LIMIT 1
    );
    UPDATE embedding_models SET recipe = '{"provider":"local","model":{"kind":"built-in"}}' WHERE name = 'all-MiniLM-L6-v2-int8';
    UPDATE embedding_models SET recipe = '{"provider":"hash"}' WHERE name = 'hash-64';
  `,
}

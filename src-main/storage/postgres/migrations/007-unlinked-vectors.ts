import type { Migration } from './migration.ts'

/**
 * Vectors that are searched, but not yet in the graph of their model. A graph of before holds all there are and goes on doing so: new
 * vectors go straight into it, until it is built anew.
 */
export const unlinkedVectors: Migration = {
  version: 7,
  sql: `
    DO $$ DECLARE searched text; BEGIN
      FOR searched IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename ~ '^searched_vectors_[0-9]+$' LOOP
        EXECUTE format('ALTER TABLE %I ADD COLUMN in_graph BOOLEAN NOT NULL DEFAULT TRUE', searched);
        EXECUTE format('CREATE INDEX %I ON %I (memory_seq) WHERE NOT in_graph', searched || '_unlinked', searched);
      END LOOP;
    END $$;
  `,
}

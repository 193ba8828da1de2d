import type { Migration } from './migration.ts'

/**
 * All that rules ask of a memory beside its tags and shares, without its text: who may see what is read from here where it is asked of
 * every memory. No query limits the first column, so that SQLite takes the index for nothing else.
 */
export const memoryRules: Migration = {
  version: 10,
  sql: `
    CREATE INDEX memories_rules ON memories
      (content_version, access_level, agent_id, namespace, deleted_at, expires_at, superseded_by, importance, created_at);
  `,
}

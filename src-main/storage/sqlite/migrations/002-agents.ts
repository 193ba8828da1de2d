import type { Migration } from './migration.ts'

/** The table of sql/sql-agents.ts. */
export const agents: Migration = {
  version: 2,
  sql: `
    CREATE TABLE agents (
      agent_id TEXT PRIMARY KEY,
      display_name TEXT NOT NULL,
      namespace TEXT NOT NULL,
      capabilities TEXT NOT NULL,
      access_level TEXT NOT NULL,
      metadata TEXT NOT NULL,
      is_registered INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      last_seen_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX agents_namespace ON agents (namespace, agent_id);
  `,
}

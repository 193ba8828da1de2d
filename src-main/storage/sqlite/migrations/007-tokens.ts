import type { Migration } from './migration.ts'

/** The table of sql/sql-tokens.ts. */
export const tokens: Migration = {
  version: 7,
  sql: `
    CREATE TABLE tokens (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      agent_id TEXT NOT NULL,
      namespaces TEXT NOT NULL,
      scopes TEXT NOT NULL,
      secret_hash TEXT NOT NULL UNIQUE,
      former_hash TEXT,
      former_until INTEGER,
      hint TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      created_by TEXT NOT NULL,
      expires_at INTEGER,
      last_used_at INTEGER,
      rotated_at INTEGER,
      revoked_at INTEGER,
      revoked_by TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX tokens_former ON tokens (former_hash) WHERE former_hash IS NOT NULL;
    CREATE INDEX tokens_agent ON tokens (agent_id);
  `,
}

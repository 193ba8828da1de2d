import type { Migration } from './migration.ts'

/** The table of sql/sql-sessions.ts. */
export const sessions: Migration = {
  version: 5,
  sql: `
    CREATE TABLE sessions (
      session_id TEXT PRIMARY KEY,
      resume_hash TEXT NOT NULL UNIQUE,
      spent_hash TEXT,
      holder TEXT,
      connected_agent_id TEXT NOT NULL,
      connected_namespace TEXT NOT NULL,
      agent_id TEXT NOT NULL,
      namespace TEXT NOT NULL,
      capabilities TEXT NOT NULL,
      subscriptions TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      saved_at INTEGER NOT NULL,
      ends_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sessions_spent ON sessions (spent_hash) WHERE spent_hash IS NOT NULL;
    CREATE INDEX sessions_end ON sessions (ends_at);
    CREATE INDEX sessions_holder ON sessions (holder) WHERE holder IS NOT NULL;
  `,
}

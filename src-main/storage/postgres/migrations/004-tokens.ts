import type { Migration } from './migration.ts'

/** The table of sql/sql-tokens.ts. */
export const tokens: Migration = {
  version: 4,
  sql: `
    CREATE TABLE tokens (
      id TEXT COLLATE "C" PRIMARY KEY,
      name TEXT NOT NULL,
      agent_id TEXT COLLATE "C" NOT NULL,
      namespaces TEXT NOT NULL,
      scopes TEXT NOT NULL,
      secret_hash TEXT COLLATE "C" NOT NULL UNIQUE,
      former_hash TEXT COLLATE "C",
      former_until BIGINT,
      hint TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      created_by TEXT NOT NULL,
      expires_at BIGINT,
      last_used_at BIGINT,
      rotated_at BIGINT,
      revoked_at BIGINT,
      revoked_by TEXT
    );
    CREATE INDEX tokens_former ON tokens (former_hash) WHERE former_hash IS NOT NULL;
    CREATE INDEX tokens_agent ON tokens (agent_id);
  `,
}

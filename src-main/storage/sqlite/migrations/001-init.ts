import type { Migration } from './migration.ts'

/**
 * The tables of sql/sql-schema.ts. `content` and `context` come last in `memories`: SQLite reads a row from its start, and
 * what filters and rules look at must not lie behind a long text.
 */
export const init: Migration = {
  version: 1,
  sql: `
    CREATE TABLE memories (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      agent_id TEXT NOT NULL,
      namespace TEXT NOT NULL,
      access_level TEXT NOT NULL CHECK (access_level IN ('private', 'team', 'shared', 'public', 'system')),
      importance REAL NOT NULL,
      pinned INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      accessed_at INTEGER,
      access_count INTEGER NOT NULL,
      expires_at INTEGER,
      deleted_at INTEGER,
      version INTEGER NOT NULL,
      content_version INTEGER NOT NULL,
      content_hash TEXT NOT NULL,
      superseded_by TEXT,
      source_url TEXT,
      summary TEXT,
      context TEXT NOT NULL,
      content TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX memories_same_content ON memories (agent_id, namespace, content_hash) WHERE deleted_at IS NULL;
    CREATE INDEX memories_created ON memories (created_at);
    CREATE INDEX memories_updated ON memories (updated_at);
    CREATE INDEX memories_importance ON memories (importance, created_at);
    CREATE INDEX memories_expiring ON memories (expires_at) WHERE deleted_at IS NULL AND expires_at IS NOT NULL;
    CREATE INDEX memories_trash ON memories (deleted_at) WHERE deleted_at IS NOT NULL;
    CREATE INDEX memories_superseded ON memories (superseded_by) WHERE superseded_by IS NOT NULL;

    CREATE TABLE memory_tags (
      memory_seq INTEGER NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      tag TEXT NOT NULL,
      PRIMARY KEY (memory_seq, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX memory_tags_tag ON memory_tags (tag, memory_seq);

    CREATE TABLE memory_shares (
      memory_seq INTEGER NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      agent_id TEXT NOT NULL,
      permission TEXT NOT NULL,
      expires_at INTEGER,
      PRIMARY KEY (memory_seq, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX memory_shares_agent ON memory_shares (agent_id, memory_seq);

    CREATE TABLE memory_links (
      memory_seq INTEGER NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      to_id TEXT NOT NULL,
      kind TEXT NOT NULL,
      PRIMARY KEY (memory_seq, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX memory_links_to ON memory_links (to_id);

    CREATE TABLE memory_history (
      memory_seq INTEGER NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
      version INTEGER NOT NULL,
      action TEXT NOT NULL,
      changed_at INTEGER NOT NULL,
      changed_by TEXT NOT NULL,
      before TEXT,
      UNIQUE (memory_seq, version)
    ) STRICT;

    CREATE TABLE embedding_models (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      dimensions INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE embedding_backlog (
      model_id INTEGER NOT NULL REFERENCES embedding_models (id) ON DELETE CASCADE,
      memory_seq INTEGER NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
      PRIMARY KEY (model_id, memory_seq)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX embedding_backlog_memory ON embedding_backlog (memory_seq);
    CREATE TABLE memory_vectors (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      memory_seq INTEGER NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
      model_id INTEGER NOT NULL REFERENCES embedding_models (id) ON DELETE CASCADE,
      vector BLOB NOT NULL
    ) STRICT;
    CREATE INDEX memory_vectors_memory ON memory_vectors (memory_seq, model_id);

    -- Terms come folded and stemmed from search-text.ts, parted by spaces: 'ascii' takes every other character as part of a word.
    CREATE VIRTUAL TABLE memory_words USING fts5 (
      content, summary, tags, content = '', contentless_delete = 1, tokenize = 'ascii', detail = 'full'
    );
    CREATE VIRTUAL TABLE memory_terms USING fts5vocab (memory_words, row);

    -- What an index was made with, so that it can be made again when that changes.
    CREATE TABLE index_state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
}

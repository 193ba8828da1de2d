import type { Migration } from './migration.ts'

/**
 * The tables of sql/sql-schema.ts for memories, and those of the word index. Text that is compared or sorted has the collation "C":
 * the order of its bytes, as in the other dialects, whatever the database was made with.
 */
export const init: Migration = {
  version: 1,
  sql: `
    CREATE TABLE memories (
      seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      id TEXT COLLATE "C" NOT NULL UNIQUE,
      agent_id TEXT COLLATE "C" NOT NULL,
      namespace TEXT COLLATE "C" NOT NULL,
      access_level TEXT COLLATE "C" NOT NULL CHECK (access_level IN ('private', 'team', 'shared', 'public', 'system')),
      importance DOUBLE PRECISION NOT NULL,
      pinned INTEGER NOT NULL,
      created_at BIGINT NOT NULL,
      updated_at BIGINT NOT NULL,
      accessed_at BIGINT,
      access_count INTEGER NOT NULL,
      expires_at BIGINT,
      deleted_at BIGINT,
      version INTEGER NOT NULL,
      content_version INTEGER NOT NULL,
      content_hash TEXT COLLATE "C" NOT NULL,
      superseded_by TEXT COLLATE "C",
      source_url TEXT,
      summary TEXT,
      context TEXT NOT NULL,
      content TEXT NOT NULL
    );
    CREATE UNIQUE INDEX memories_same_content ON memories (agent_id, namespace, content_hash) WHERE deleted_at IS NULL;
    CREATE INDEX memories_created ON memories (created_at, seq);
    CREATE INDEX memories_updated ON memories (updated_at, seq);
    CREATE INDEX memories_importance ON memories (importance, created_at, seq);
    -- What the access rule asks for, part by part.
    CREATE INDEX memories_level ON memories (access_level, namespace) WHERE deleted_at IS NULL;
    CREATE INDEX memories_expiring ON memories (expires_at) WHERE deleted_at IS NULL AND expires_at IS NOT NULL;
    CREATE INDEX memories_trash ON memories (deleted_at) WHERE deleted_at IS NOT NULL;
    CREATE INDEX memories_superseded ON memories (superseded_by) WHERE superseded_by IS NOT NULL;

    CREATE TABLE memory_tags (
      memory_seq BIGINT NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      tag TEXT COLLATE "C" NOT NULL,
      PRIMARY KEY (memory_seq, position)
    );
    CREATE INDEX memory_tags_tag ON memory_tags (tag, memory_seq);

    CREATE TABLE memory_shares (
      memory_seq BIGINT NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      agent_id TEXT COLLATE "C" NOT NULL,
      permission TEXT NOT NULL,
      expires_at BIGINT,
      PRIMARY KEY (memory_seq, position)
    );
    CREATE INDEX memory_shares_agent ON memory_shares (agent_id, memory_seq);

    CREATE TABLE memory_links (
      memory_seq BIGINT NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      to_id TEXT COLLATE "C" NOT NULL,
      kind TEXT NOT NULL,
      PRIMARY KEY (memory_seq, position)
    );
    CREATE INDEX memory_links_to ON memory_links (to_id);

    CREATE TABLE memory_history (
      memory_seq BIGINT NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
      version INTEGER NOT NULL,
      action TEXT NOT NULL,
      changed_at BIGINT NOT NULL,
      changed_by TEXT NOT NULL,
      before TEXT,
      PRIMARY KEY (memory_seq, version)
    );

    CREATE TABLE embedding_models (
      id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name TEXT COLLATE "C" NOT NULL UNIQUE,
      dimensions INTEGER NOT NULL
    );
    CREATE TABLE embedding_backlog (
      model_id BIGINT NOT NULL REFERENCES embedding_models (id) ON DELETE CASCADE,
      memory_seq BIGINT NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
      PRIMARY KEY (model_id, memory_seq)
    );
    CREATE INDEX embedding_backlog_memory ON embedding_backlog (memory_seq);
    CREATE TABLE memory_vectors (
      id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      memory_seq BIGINT NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
      model_id BIGINT NOT NULL REFERENCES embedding_models (id) ON DELETE CASCADE,
      vector BYTEA NOT NULL
    );
    CREATE INDEX memory_vectors_memory ON memory_vectors (memory_seq, model_id);

    -- The word index: one row per distinct term of each live memory, with all that BM25 asks about it, so that a question is
    -- answered from the primary key alone. weight: occurrences, weighted by field. length: terms of the whole memory.
    CREATE TABLE memory_words (
      term TEXT COLLATE "C" NOT NULL,
      memory_seq BIGINT NOT NULL,
      weight REAL NOT NULL,
      length INTEGER NOT NULL,
      PRIMARY KEY (term, memory_seq) INCLUDE (weight, length)
    ) WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_vacuum_scale_factor = 0.05);
    CREATE INDEX memory_words_memory ON memory_words (memory_seq);
    CREATE TABLE memory_documents (memory_seq BIGINT PRIMARY KEY, length INTEGER NOT NULL);
    -- Live memories and their terms in all, in shares: a connection counts in its own, so that writers do not wait for each other.
    CREATE TABLE word_totals (
      share INTEGER PRIMARY KEY,
      documents BIGINT NOT NULL,
      length BIGINT NOT NULL
    ) WITH (fillfactor = 20);
    INSERT INTO word_totals SELECT share, 0, 0 FROM generate_series(0, 31) AS share;

    -- What an index was made with, so that it can be made again when that changes.
    CREATE TABLE index_state (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
  `,
}

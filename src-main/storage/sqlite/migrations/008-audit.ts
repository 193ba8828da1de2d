import type { Migration } from './migration.ts'

/**
 * The tables of sql/sql-audit.ts. Append-only for every program that uses this file, not only for ours; what gets around the triggers
 * breaks the chain of hashes. A REPLACE deletes without firing triggers for that, so it is refused where it comes in.
 */
export const audit: Migration = {
  version: 8,
  sql: `
    CREATE TABLE audit_entries (
      seq INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      action TEXT NOT NULL,
      agent_id TEXT NOT NULL,
      namespace TEXT NOT NULL,
      outcome TEXT NOT NULL,
      session_id TEXT,
      request_id TEXT,
      address TEXT,
      object_kind TEXT,
      object_id TEXT,
      more_ids TEXT,
      code TEXT,
      facts TEXT,
      prev_hash TEXT NOT NULL,
      hash TEXT NOT NULL
    ) STRICT;
    CREATE INDEX audit_entries_at ON audit_entries (at);
    CREATE INDEX audit_entries_agent ON audit_entries (agent_id, seq);
    CREATE INDEX audit_entries_object ON audit_entries (object_id, seq) WHERE object_id IS NOT NULL;
    CREATE INDEX audit_entries_more ON audit_entries (seq) WHERE more_ids IS NOT NULL;
    CREATE INDEX audit_entries_bad ON audit_entries (outcome, seq) WHERE outcome <> 'ok';

    CREATE TABLE audit_state (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      anchor_seq INTEGER NOT NULL,
      anchor_hash TEXT NOT NULL,
      head_seq INTEGER NOT NULL,
      head_hash TEXT NOT NULL
    ) STRICT;
    INSERT INTO audit_state VALUES (1, 0, '${'0'.repeat(64)}', 0, '${'0'.repeat(64)}');

    CREATE TRIGGER audit_entries_insert BEFORE INSERT ON audit_entries
      WHEN NEW.seq <= (SELECT coalesce(max(seq), 0) FROM audit_entries)
      BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER audit_entries_update BEFORE UPDATE ON audit_entries
      BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER audit_entries_delete BEFORE DELETE ON audit_entries
      WHEN OLD.seq > (SELECT anchor_seq FROM audit_state)
      BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER audit_state_insert BEFORE INSERT ON audit_state
      BEGIN SELECT RAISE(ABORT, 'the audit log has its state'); END;
    CREATE TRIGGER audit_state_update BEFORE UPDATE ON audit_state
      WHEN NEW.anchor_seq < OLD.anchor_seq OR NEW.head_seq < OLD.head_seq OR NEW.anchor_seq > NEW.head_seq
      BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
    CREATE TRIGGER audit_state_delete BEFORE DELETE ON audit_state
      BEGIN SELECT RAISE(ABORT, 'the audit log has its state'); END;
  `,
}

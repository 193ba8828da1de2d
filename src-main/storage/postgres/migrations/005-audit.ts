import type { Migration } from './migration.ts'

/**
 * The tables of sql/sql-audit.ts. Append-only for every program that uses this database, not only for ours; what gets around the
 * triggers breaks the chain of hashes. The state's row is what writers lock: instances append one after another.
 */
export const audit: Migration = {
  version: 5,
  sql: `
    CREATE TABLE audit_entries (
      seq BIGINT PRIMARY KEY,
      at BIGINT NOT NULL,
      action TEXT COLLATE "C" NOT NULL,
      agent_id TEXT COLLATE "C" NOT NULL,
      namespace TEXT COLLATE "C" NOT NULL,
      outcome TEXT COLLATE "C" NOT NULL,
      session_id TEXT,
      request_id TEXT,
      address TEXT,
      object_kind TEXT,
      object_id TEXT COLLATE "C",
      more_ids TEXT COLLATE "C",
      code TEXT,
      facts TEXT,
      prev_hash TEXT NOT NULL,
      hash TEXT NOT NULL
    );
    CREATE INDEX audit_entries_at ON audit_entries (at);
    CREATE INDEX audit_entries_agent ON audit_entries (agent_id, seq);
    CREATE INDEX audit_entries_object ON audit_entries (object_id, seq) WHERE object_id IS NOT NULL;
    CREATE INDEX audit_entries_more ON audit_entries (seq) WHERE more_ids IS NOT NULL;
    CREATE INDEX audit_entries_bad ON audit_entries (outcome, seq) WHERE outcome <> 'ok';

    CREATE TABLE audit_state (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      anchor_seq BIGINT NOT NULL,
      anchor_hash TEXT NOT NULL,
      head_seq BIGINT NOT NULL,
      head_hash TEXT NOT NULL
    );
    INSERT INTO audit_state VALUES (1, 0, '${'0'.repeat(64)}', 0, '${'0'.repeat(64)}');

    CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
    CREATE FUNCTION audit_keep() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
      BEGIN
        IF OLD.seq > (SELECT anchor_seq FROM audit_state) THEN RAISE EXCEPTION 'the audit log is append-only'; END IF;
        RETURN OLD;
      END $$;
    CREATE FUNCTION audit_grow() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.anchor_seq < OLD.anchor_seq OR NEW.head_seq < OLD.head_seq OR NEW.anchor_seq > NEW.head_seq THEN
          RAISE EXCEPTION 'the audit log only grows';
        END IF;
        RETURN NEW;
      END $$;
    CREATE TRIGGER audit_entries_update BEFORE UPDATE ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_refuse();
    CREATE TRIGGER audit_entries_delete BEFORE DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_keep();
    CREATE TRIGGER audit_entries_truncate BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
    CREATE TRIGGER audit_state_update BEFORE UPDATE ON audit_state FOR EACH ROW EXECUTE FUNCTION audit_grow();
    CREATE TRIGGER audit_state_delete BEFORE DELETE ON audit_state FOR EACH ROW EXECUTE FUNCTION audit_refuse();
    CREATE TRIGGER audit_state_truncate BEFORE TRUNCATE ON audit_state FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
  `,
}

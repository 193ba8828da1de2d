import type { Migration } from './migration.ts'

/** The tables of sql/sql-workflows.ts and sql/sql-executions.ts. */
export const workflows: Migration = {
  version: 4,
  sql: `
    CREATE TABLE workflows (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      description TEXT,
      steps TEXT NOT NULL,
      schedule TEXT,
      next_run_at INTEGER,
      last_run_at INTEGER,
      version INTEGER NOT NULL,
      created_by TEXT NOT NULL,
      namespace TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      UNIQUE (namespace, name)
    ) STRICT;
    CREATE INDEX workflows_due ON workflows (next_run_at) WHERE next_run_at IS NOT NULL;
    CREATE INDEX workflows_creator ON workflows (created_by);

    CREATE TABLE executions (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      workflow_id TEXT NOT NULL,
      workflow_name TEXT NOT NULL,
      workflow_version INTEGER NOT NULL,
      status TEXT NOT NULL,
      "trigger" TEXT NOT NULL,
      agent_id TEXT NOT NULL,
      namespace TEXT NOT NULL,
      scope TEXT NOT NULL,
      definition TEXT NOT NULL,
      input TEXT NOT NULL,
      output TEXT,
      output_truncated INTEGER NOT NULL,
      error TEXT,
      depth INTEGER NOT NULL,
      parent_id TEXT,
      root_id TEXT NOT NULL,
      step_count INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      started_at INTEGER,
      completed_at INTEGER,
      cancel_reason TEXT,
      runner_id TEXT,
      lease_until INTEGER
    ) STRICT;
    CREATE INDEX executions_agent ON executions (agent_id, seq);
    CREATE INDEX executions_workflow ON executions (workflow_id, seq);
    CREATE INDEX executions_root ON executions (root_id);
    CREATE INDEX executions_open ON executions (seq) WHERE completed_at IS NULL;
    CREATE INDEX executions_ended ON executions (completed_at) WHERE completed_at IS NOT NULL;

    CREATE TABLE execution_steps (
      execution_id TEXT NOT NULL,
      position INTEGER NOT NULL,
      step_id TEXT NOT NULL,
      run TEXT NOT NULL,
      PRIMARY KEY (execution_id, position)
    ) STRICT, WITHOUT ROWID;
  `,
}

import type { Migration } from './migration.ts'

/** The tables of sql/sql-tasks.ts. */
export const tasks: Migration = {
  version: 3,
  sql: `
    CREATE TABLE tasks (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      title TEXT NOT NULL,
      description TEXT,
      type TEXT NOT NULL,
      status TEXT NOT NULL,
      priority INTEGER NOT NULL,
      progress INTEGER NOT NULL,
      created_by TEXT NOT NULL,
      assigned_agent_id TEXT,
      namespace TEXT NOT NULL,
      due_at INTEGER,
      result TEXT,
      error TEXT,
      notes TEXT NOT NULL,
      retry_count INTEGER NOT NULL,
      version INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      started_at INTEGER,
      completed_at INTEGER
    ) STRICT;
    CREATE INDEX tasks_namespace ON tasks (namespace, status);
    CREATE INDEX tasks_assignee ON tasks (assigned_agent_id, status);
    CREATE INDEX tasks_creator ON tasks (created_by);

    CREATE TABLE task_dependencies (
      task_id TEXT NOT NULL,
      position INTEGER NOT NULL,
      depends_on TEXT NOT NULL,
      PRIMARY KEY (task_id, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX task_dependencies_target ON task_dependencies (depends_on);
  `,
}

import type { Migration } from './migration.ts'

/** The tables of agents, tasks, workflows, their runs, and sessions. */
export const coordination: Migration = {
  version: 2,
  sql: `
    CREATE TABLE agents (
      agent_id TEXT COLLATE "C" PRIMARY KEY,
      display_name TEXT NOT NULL,
      namespace TEXT COLLATE "C" NOT NULL,
      capabilities TEXT NOT NULL,
      access_level TEXT NOT NULL,
      metadata TEXT NOT NULL,
      is_registered INTEGER NOT NULL,
      created_at BIGINT NOT NULL,
      last_seen_at BIGINT
    );
    CREATE INDEX agents_namespace ON agents (namespace, agent_id);

    CREATE TABLE tasks (
      seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      id TEXT COLLATE "C" NOT NULL UNIQUE,
      title TEXT NOT NULL,
      description TEXT,
      type TEXT NOT NULL,
      status TEXT COLLATE "C" NOT NULL,
      priority INTEGER NOT NULL,
      progress INTEGER NOT NULL,
      created_by TEXT COLLATE "C" NOT NULL,
      assigned_agent_id TEXT COLLATE "C",
      namespace TEXT COLLATE "C" NOT NULL,
      due_at BIGINT,
      result TEXT,
      error TEXT,
      notes TEXT NOT NULL,
      retry_count INTEGER NOT NULL,
      version INTEGER NOT NULL,
      created_at BIGINT NOT NULL,
      updated_at BIGINT NOT NULL,
      started_at BIGINT,
      completed_at BIGINT
    );
    CREATE INDEX tasks_namespace ON tasks (namespace, status);
    CREATE INDEX tasks_assignee ON tasks (assigned_agent_id, status);
    CREATE INDEX tasks_creator ON tasks (created_by);

    CREATE TABLE task_dependencies (
      task_id TEXT COLLATE "C" NOT NULL,
      position INTEGER NOT NULL,
      depends_on TEXT COLLATE "C" NOT NULL,
      PRIMARY KEY (task_id, position)
    );
    CREATE INDEX task_dependencies_target ON task_dependencies (depends_on);

    CREATE TABLE workflows (
      seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      id TEXT COLLATE "C" NOT NULL UNIQUE,
      name TEXT COLLATE "C" NOT NULL,
      description TEXT,
      steps TEXT NOT NULL,
      schedule TEXT,
      next_run_at BIGINT,
      last_run_at BIGINT,
      version INTEGER NOT NULL,
      created_by TEXT COLLATE "C" NOT NULL,
      namespace TEXT COLLATE "C" NOT NULL,
      created_at BIGINT NOT NULL,
      updated_at BIGINT NOT NULL,
      UNIQUE (namespace, name)
    );
    CREATE INDEX workflows_due ON workflows (next_run_at) WHERE next_run_at IS NOT NULL;
    CREATE INDEX workflows_creator ON workflows (created_by);

    CREATE TABLE executions (
      seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      id TEXT COLLATE "C" NOT NULL UNIQUE,
      workflow_id TEXT COLLATE "C" NOT NULL,
      workflow_name TEXT NOT NULL,
      workflow_version INTEGER NOT NULL,
      status TEXT COLLATE "C" NOT NULL,
      "trigger" TEXT NOT NULL,
      agent_id TEXT COLLATE "C" NOT NULL,
      namespace TEXT COLLATE "C" NOT NULL,
      scope TEXT NOT NULL,
      definition TEXT NOT NULL,
      input TEXT NOT NULL,
      output TEXT,
      output_truncated INTEGER NOT NULL,
      error TEXT,
      depth INTEGER NOT NULL,
      parent_id TEXT COLLATE "C",
      root_id TEXT COLLATE "C" NOT NULL,
      step_count INTEGER NOT NULL,
      created_at BIGINT NOT NULL,
      started_at BIGINT,
      completed_at BIGINT,
      cancel_reason TEXT,
      runner_id TEXT COLLATE "C",
      lease_until BIGINT
    );
    CREATE INDEX executions_agent ON executions (agent_id, seq);
    CREATE INDEX executions_workflow ON executions (workflow_id, seq);
    CREATE INDEX executions_root ON executions (root_id);
    CREATE INDEX executions_parent ON executions (parent_id) WHERE parent_id IS NOT NULL;
    CREATE INDEX executions_open ON executions (seq) WHERE completed_at IS NULL;
    CREATE INDEX executions_ended ON executions (completed_at) WHERE completed_at IS NOT NULL;

    CREATE TABLE execution_steps (
      execution_id TEXT COLLATE "C" NOT NULL,
      position INTEGER NOT NULL,
      step_id TEXT COLLATE "C" NOT NULL,
      run TEXT NOT NULL,
      PRIMARY KEY (execution_id, position)
    );

    CREATE TABLE sessions (
      session_id TEXT COLLATE "C" PRIMARY KEY,
      resume_hash TEXT COLLATE "C" NOT NULL UNIQUE,
      spent_hash TEXT COLLATE "C",
      holder TEXT COLLATE "C",
      connected_agent_id TEXT COLLATE "C" NOT NULL,
      connected_namespace TEXT COLLATE "C" NOT NULL,
      agent_id TEXT COLLATE "C" NOT NULL,
      namespace TEXT COLLATE "C" NOT NULL,
      capabilities TEXT NOT NULL,
      subscriptions TEXT NOT NULL,
      started_at BIGINT NOT NULL,
      saved_at BIGINT NOT NULL,
      ends_at BIGINT NOT NULL
    );
    CREATE INDEX sessions_spent ON sessions (spent_hash) WHERE spent_hash IS NOT NULL;
    CREATE INDEX sessions_end ON sessions (ends_at);
    CREATE INDEX sessions_holder ON sessions (holder) WHERE holder IS NOT NULL;
  `,
}

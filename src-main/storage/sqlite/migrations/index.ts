import { init } from './001-init.ts'
import { agents } from './002-agents.ts'
import { tasks } from './003-tasks.ts'
import { workflows } from './004-workflows.ts'
import { sessions } from './005-sessions.ts'
import { embeddingModels } from './006-embedding-models.ts'
import { tokens } from './007-tokens.ts'
import { audit } from './008-audit.ts'
import { map } from './009-map.ts'
import { memoryRules } from './010-memory-rules.ts'
import type { Migration } from './migration.ts'

/** All steps, first to last. */
export const MIGRATIONS: readonly Migration[] = [init, agents, tasks, workflows, sessions, embeddingModels, tokens, audit, map, memoryRules]

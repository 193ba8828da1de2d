import { init } from './001-init.ts'
import { coordination } from './002-coordination.ts'
import { embeddingModels } from './003-embedding-models.ts'
import { tokens } from './004-tokens.ts'
import { audit } from './005-audit.ts'
import { map } from './006-map.ts'
import { unlinkedVectors } from './007-unlinked-vectors.ts'
import type { Migration } from './migration.ts'

/** All steps, first to last. */
export const MIGRATIONS: readonly Migration[] = [init, coordination, embeddingModels, tokens, audit, map, unlinkedVectors]

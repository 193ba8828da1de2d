import type { SearchIndex } from '../sql/search-index.ts'
import type { MemoryTransaction } from '../sql/sql-schema.ts'
import { createGraph, postponeGraph } from './postgres-graphs.ts'
import { addWords, putWords, removeWords } from './postgres-text-index.ts'
import { addVectors, createVectorTable, dropVectorTable, removeVectors } from './postgres-vector-tables.ts'

/** Words and vectors in tables of the same database: part of whatever transaction changes a memory. */
export const postgresSearchIndex: SearchIndex = {
  addTexts: addWords,
  putTexts: putWords,
  removeText: removeWords,
  addVectors,
  removeVectors,
  addModel: async (tx: MemoryTransaction, modelId: number, dimensions: number) => {
    await createVectorTable(tx, modelId, dimensions)
    await createGraph(tx, modelId, dimensions)
  },
  expectMany: postponeGraph,
  removeModel: dropVectorTable,
}

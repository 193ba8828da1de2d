import type { SearchIndex } from '../sql/search-index.ts'
import { putWords, removeWords } from './postgres-text-index.ts'
import { addVectors, createVectorTable, dropVectorTable, removeVectors } from './postgres-vector-tables.ts'

/** Words and vectors in tables of the same database: part of whatever transaction changes a memory. */
export const postgresSearchIndex: SearchIndex = {
  putTexts: putWords,
  removeText: removeWords,
  addVectors,
  removeVectors,
  addModel: createVectorTable,
  removeModel: dropVectorTable,
}

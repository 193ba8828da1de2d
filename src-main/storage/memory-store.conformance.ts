import { afterEach, beforeEach, describe } from 'vitest'
import { accessConformance } from './access.conformance.ts'
import { changeConformance } from './change.conformance.ts'
import { insertConformance } from './insert.conformance.ts'
import { listConformance } from './list.conformance.ts'
import type { MemoryStore } from './memory-store.ts'
import { modelsConformance } from './models.conformance.ts'
import { searchConformance } from './search.conformance.ts'
import { trashConformance } from './trash.conformance.ts'
import { vectorConformance } from './vector.conformance.ts'

/** What a dialect of MemoryStore keeps to. One that does not pass is none. `open` gives an empty store. */
export function memoryStoreConformance(name: string, open: () => Promise<MemoryStore>): void {
  describe(`${name} as a MemoryStore`, () => {
    let store: MemoryStore
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())
    const opened = () => store

    describe('insert', () => insertConformance(opened))
    describe('changes', () => changeConformance(opened))
    describe('trash', () => trashConformance(opened))
    describe('lists', () => listConformance(opened))
    describe('search by words', () => searchConformance(opened))
    describe('search by meaning', () => vectorConformance(opened))
    describe('models', () => modelsConformance(opened))
    describe('access', () => accessConformance(opened))
  })
}

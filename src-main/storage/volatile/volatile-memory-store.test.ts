import { memoryStoreConformance } from '../memory-store.conformance.ts'
import { VolatileMemoryStore } from './volatile-memory-store.ts'

memoryStoreConformance('VolatileMemoryStore', () => Promise.resolve(new VolatileMemoryStore()))

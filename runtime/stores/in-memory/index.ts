export { inMemory, type InMemoryOptions } from './in-memory-message-store.ts'

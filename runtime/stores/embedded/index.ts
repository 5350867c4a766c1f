export { embedded, type EmbeddedOptions, type EmbeddedStore } from './embedded-store.ts'

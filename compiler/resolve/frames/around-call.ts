import type { ChainMiddleware } from '../../chain/chain.ts'

/** What is called with the frames inside it: our own transaction, or a step of a plugin. */
export type AroundCall =
  | { readonly kind: 'transaction'; readonly integration: string }
  | { readonly kind: 'step'; readonly middleware: ChainMiddleware }

import type { Integration } from './integration.ts'

export const pg: Integration = {
  name: 'pg',
  adapter: { from: 'jasper-runtime/pg', name: 'pgTransactions' },
  provides: ['pg#PoolClient', 'pg#ClientBase'],
  roots: ['pg#Pool', 'pg#Client'],
  handles: ['pg#Pool'],
  stores: ['postgres'],
}

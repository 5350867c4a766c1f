import { commandsPage } from './commands-page.ts'
import { diagnosticsPage } from './diagnostics-page.ts'
import { handlerPage } from './handler-page.ts'
import { orderDeskPage } from './order-desk-page.ts'

/** Pages of `docs/` that are made from the code, by path: `npm run docs:record` writes them, a test holds them to it. */
export async function docPages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['docs/commands.md', commandsPage()],
    ['docs/diagnostics.md', diagnosticsPage()],
    ['docs/what-is-a-handler.md', handlerPage()],
    ['docs/order-desk.md', await orderDeskPage()],
  ])
}

import { commentText, type Code } from './code.ts'

/** Where in the user's source the next steps come from: `// handle in src/orders/place-order.handler.ts`. */
export function place(handler: string): Code {
  return `// ${commentText(handler)}`
}

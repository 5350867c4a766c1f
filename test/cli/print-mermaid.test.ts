import { expect, it } from 'vitest'
import { printMermaid } from '../../compiler/cli/print-mermaid.ts'

it('lets no name break the picture', () => {
  const text = printMermaid({
    chains: [],
    queues: [],
    providers: [],
    recurring: [],
    markers: [],
    routes: [{ message: 'A"]) --> evil\n<script>', destinations: ['rabbitmq://queue/`x`|y'], by: ['a rule'] }],
    customize: [],
    unhandled: [],
    onFailure: undefined,
  })
  expect(text).toBe(`flowchart LR
  m1(["A#34;#93;) --#62; evil#10;#60;script#62;"])
  p1[("rabbitmq://queue/#96;x#96;#124;y")]
  m1 ==> p1
`)
})

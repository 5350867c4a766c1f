import { describe, expect, it } from 'vitest'
import { chainsOf } from './chains-of.ts'
import { copyApp, goldenCases, wanted } from './golden-case.ts'

describe.each(goldenCases('chains'))('the chains of $name', (golden) => {
  it('are what was recorded, wherever the app stands and whatever the order of the globs', () => {
    for (const depth of [0, 2]) {
      const copy = copyApp(golden, depth)
      const { project } = copy
      try {
        const handlers = depth === 0 ? project.handlers : project.handlers.toReversed()
        expect(chainsOf({ ...project, handlers })).toBe(wanted(golden).get('chains.json'))
      } finally {
        copy.remove()
      }
    }
  })
})

it('there are cases', () => {
  expect(goldenCases('chains').length).toBeGreaterThan(1)
})

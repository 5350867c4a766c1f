import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { refuseOldNode } from '../../compiler/cli/refuse-old-node.ts'
import { repository } from '../tooling/package-doors.ts'

it.each(['18.20.8', '20.20.2', '22.0.0', '22.17.1'])('refuses Node %s and says which one is needed', (version) => {
  expect(refuseOldNode(version)).toBe(`jasper-gen needs Node 22.18 or later, and this is Node ${version}.\n`)
})

it.each(['22.18.0', '22.21.1', '23.0.0', '24.21.0', '26.0.0-nightly'])('runs on Node %s', (version) => {
  expect(refuseOldNode(version)).toBeUndefined()
})

it('draws the line where package.json draws it', () => {
  const { engines } = JSON.parse(readFileSync(join(repository, 'compiler/package.json'), 'utf8')) as { engines: { node: string } }
  expect(refuseOldNode('0.0.0')).toContain(`Node ${engines.node.replace('>=', '')} or later`)
})

it('is asked before anything is imported that an old Node lacks', () => {
  const imports = readFileSync(join(repository, 'compiler/cli/bin.ts'), 'utf8').match(/^import .*/gm)
  expect(imports).toEqual(["import { refuseOldNode } from './refuse-old-node.ts'"])
})

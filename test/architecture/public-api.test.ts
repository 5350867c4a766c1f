import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { packageDoors } from '../tooling/package-doors.ts'
import { publicSurface } from './public-surface.ts'

const surface = publicSurface()

it('what users can import is what was approved; `npm run api:approve` approves a change that is meant', () => {
  expect(surface).toBe(readFileSync(new URL('public-api.approved.txt', import.meta.url), 'utf8'))
})

it('covers every door', () => {
  expect(surface.match(/^== .*$/gm)).toEqual(packageDoors().map(({ specifier }) => `== ${specifier}`))
})

it('shows the members of what is exported, and of what that mentions', () => {
  const config = publicSurface([{ specifier: 'jasper-runtime/config', source: 'runtime/config/index.ts' }])
  expect(config).toContain('export JasperConfig: interface JasperConfig {')
  expect(config).toContain('readonly handlers?: readonly string[];')
  expect(config).toContain('Duration in runtime/bus/delivery-options: type Duration =')
  expect(config).not.toContain('/**')
})

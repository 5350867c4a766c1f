import { defineConfig } from 'vitest/config'
import { patience } from '../support/eventually.ts'
import { packageDoors, repository } from './package-doors.ts'

/** Tests read the source; child processes, fixtures and the packed packages use what was built. */
const alias = packageDoors().map(({ specifier, source }) => ({
  find: new RegExp(`^${specifier}$`),
  replacement: `${repository}/${source}`,
}))

/** `.ci/run` names a folder, and adds up what every run of vitest leaves there. */
const reportFolder = process.env['JASPER_TEST_REPORTS']
const reporters = ['default', ...(reportFolder === undefined ? [] : ['json'])]
const outputFile = reportFolder === undefined ? {} : { json: `${reportFolder}/${process.pid}-${Date.now()}.json` }

const exclude = ['**/node_modules/**', '**/dist/**']

/** Suites with a random hand that start, kill and audit processes: bounded by time, not by cases. */
const chaos = ['test/chaos/**/*.test.ts', 'test/crash/**/*.chaos.test.ts']

/** Suites that fetch from the registry what no install brings. */
const release = ['test/**/*.release.test.ts']

/** Suites against a server that no run starts for itself. */
const drivers = ['test/drivers/**/*.test.ts', 'test/transports/rabbitmq*.test.ts']

/**
 * In CI a test that fails gets a second attempt, and `.ci/run` names each that needed one: on a machine
 * that stalls, one missed deadline among thousands of tests says less than the same miss twice. The
 * crash suite has none: there, one loss in many runs is what it looks for.
 */
const retry = process.env['CI'] ? 1 : 0

/** One project a tier; `test/README.md` says what each needs. `vitest run --mode drivers` chooses, fast when unsaid. */
const tiers = {
  fast: {
    name: 'fast',
    include: ['test/**/*.test.ts'],
    exclude: [...exclude, ...chaos, ...release, ...drivers],
    env: { JASPER_TEST_TIER: 'fast' },
    globalSetup: ['test/tooling/start-postgres.ts'],
    retry,
    testTimeout: 30_000 * patience,
    hookTimeout: 60_000,
  },
  drivers: {
    name: 'drivers',
    include: [
      ...drivers,
      'test/stores/postgres*.test.ts',
      'test/integrations/**/*.test.ts',
      'test/transports/**/*.test.ts',
      'test/**/*-on-postgres.test.ts',
    ],
    exclude,
    env: { JASPER_TEST_TIER: 'drivers' },
    globalSetup: ['test/tooling/start-rabbitmq.ts'],
    retry,
    testTimeout: 60_000 * patience,
    hookTimeout: 120_000,
  },
  crash: {
    name: 'crash',
    include: chaos,
    exclude,
    env: { JASPER_TEST_TIER: 'crash' },
    globalSetup: ['test/tooling/start-postgres.ts'],
    testTimeout: 600_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
  release: {
    name: 'release',
    include: release,
    exclude,
    env: { JASPER_TEST_TIER: 'release' },
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
}

const isTier = (mode: string): mode is keyof typeof tiers => Object.hasOwn(tiers, mode)

export default defineConfig(({ mode }) => ({
  root: repository,
  test: {
    maxWorkers: 2,
    reporters,
    outputFile,
    projects: [{ resolve: { alias }, test: isTier(mode) ? tiers[mode] : tiers.fast }],
  },
}))

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildProject } from '../../compiler/build-project.ts'
import { askRecord } from '../../compiler/cache/ask-record.ts'
import { checkProject } from '../../compiler/check-project.ts'
import { projectDefaults, type Project } from '../../compiler/config/project.ts'
import { describeProject } from '../../compiler/describe-project.ts'
import { copiedProject, type TemporaryProject } from './temporary-project.ts'

let files: TemporaryProject
let project: Project
beforeAll(async () => {
  files = copiedProject('fixtures/modules/plugins/app')
  project = { ...projectDefaults, folder: files.folder, configFile: undefined, plugins: ['src/trace.plugin.ts', 'src/audit.plugin.ts'] }
  expect(await buildProject(project)).toMatchObject({ kind: 'built' })
})
afterAll(() => files.remove('.'))

describe('steps of plugins', () => {
  it('are told by describe, with who has added them and what they send', async () => {
    const described = await describeProject(project)
    const [closing, ping] = described.kind === 'described' ? described.description.chains : []
    expect(closing?.cascades).toEqual(['AccountClosed', 'ActionAudited'])
    expect(closing?.middleware.map(({ name, role, plugin }) => [role, name, plugin])).toEqual([
      ['around', 'aroundTrace', 'src/trace.plugin.ts'],
      ['load', 'loadAccount', undefined],
      ['before', 'beforeAudit', 'src/audit.plugin.ts'],
      ['after', 'afterAudit', 'src/audit.plugin.ts'],
      ['finally', 'finallyTrace', 'src/trace.plugin.ts'],
    ])
    expect(ping?.middleware.map(({ name }) => name)).toEqual(['aroundTrace', 'finallyTrace'])
  })

  it('are asked again when what a plugin imports has changed, and only then', async () => {
    expect(await checkProject(project)).toMatchObject({ kind: 'current' })
    files.write('src/audit-table.ts', "export const audited = 'actions'\n")
    const plugin = files.read('src/audit.plugin.ts')
    files.write(
      'src/audit.plugin.ts',
      `import { audited } from './audit-table.ts'\n${plugin.replace('action: message', 'action: `${message} in ${audited}`')}`,
    )
    expect(await buildProject(project)).toMatchObject({ kind: 'built', files: { written: ['close-account.chain.ts'] } })
    expect(files.read('src/generated/jasper/close-account.chain.ts')).toContain("beforeAudit('CloseAccount in actions', account)")

    files.write('src/audit-table.ts', "export const audited = 'deeds'\n")
    expect(await checkProject(project)).toMatchObject({ kind: 'stale', changes: [{ path: 'src/audit-table.ts' }] })
    files.write('src/audit-table.ts', "export const audited = 'actions'\n")
    expect(await checkProject(project)).toMatchObject({ kind: 'current' })
  })

  it('are another fingerprint of the project when the config lists other plugins', () => {
    expect(askRecord({ ...project, plugins: ['src/trace.plugin.ts'] })).toMatchObject({ kind: 'sources-changed', why: 'the config changed' })
  })
})

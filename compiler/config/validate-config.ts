import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import { closestWord } from './closest-word.ts'
import { configMembers, memberExamples, memberWords, type MemberKind } from './config-members.ts'
import { locateMember } from './locate-member.ts'
import { projectDefaults, type Project } from './project.ts'
import { relativePath } from './relative-path.ts'

export interface ConfigFile {
  /** Absolute. */
  readonly folder: string
  readonly name: string
  readonly text: string
}

/** Reads what a config file exports as a {@link Project}, or reports all that is wrong with it. */
export function validateConfig(file: ConfigFile, exported: unknown, bag: DiagnosticBag): Project | undefined {
  if (typeof exported !== 'object' || exported === null || Array.isArray(exported)) {
    const found = exported === undefined ? 'nothing' : inWords(exported)
    bag.report('JG0006', { file: file.name, found }, { span: { file: file.name, line: 1, column: 1, length: 1 } })
    return undefined
  }
  const accepted: Record<string, unknown> = {}
  for (const [member, value] of Object.entries(exported)) {
    if (!isMember(member)) reportUnknown(file, member, bag)
    else if (value !== undefined && configMembers[member] !== 'ignored') accepted[member] = checkMember(file, member, value, bag)
  }
  return bag.hasErrors ? undefined : { ...projectDefaults, ...accepted, folder: file.folder, configFile: file.name }
}

type Member = keyof typeof configMembers

function isMember(name: string): name is Member {
  return Object.hasOwn(configMembers, name)
}

function reportUnknown(file: ConfigFile, member: string, bag: DiagnosticBag): void {
  const near = closestWord(member, Object.keys(configMembers))
  bag.report(
    'JG0007',
    { member, members: Object.keys(configMembers).join(', ') },
    {
      span: locateMember(file.name, file.text, member),
      label: 'unknown',
      ...(near === undefined ? {} : { help: `did you mean ${near}?` }),
    },
  )
}

/** The value in the spelling of {@link Project}; `undefined` after a report. */
function checkMember(file: ConfigFile, member: Member, value: unknown, bag: DiagnosticBag): unknown {
  const kind = configMembers[member]
  const example = memberExamples[kind]
  const span = locateMember(file.name, file.text, member)
  if (!isOfKind(kind, value)) {
    bag.report('JG0008', { member, expected: memberWords[kind], found: inWords(value), example }, { span })
    return undefined
  }
  if (typeof value === 'boolean' || kind === 'unknown-members' || kind === 'words' || kind === 'packages') return value
  const paths: string[] = []
  for (const entry of typeof value === 'string' ? [value] : value) {
    const [written = '', ...name] = entry.split('#')
    if (kind === 'exclusions' && written === '') {
      paths.push(entry)
      continue
    }
    const read = relativePath(written)
    if (read.kind !== 'inside') {
      bag.report('JG0009', { member, path: JSON.stringify(written), reason: outside[read.kind], example }, { span })
    } else if ((kind === 'file' || kind === 'files' || kind === 'exports') && !isFile(join(file.folder, read.path))) {
      bag.report('JG0010', { member, path: read.path }, { span })
    } else paths.push([read.path, ...name].join('#'))
  }
  return typeof value === 'string' ? paths[0] : paths
}

const outside = {
  outside: 'which leaves the folder of the config',
  absolute: 'an absolute path, which differs from machine to machine',
  itself: 'the folder of the config itself',
} as const

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

function isOfKind(kind: MemberKind, value: unknown): value is string | boolean | readonly string[] {
  switch (kind) {
    case 'boolean':
      return typeof value === 'boolean'
    case 'unknown-members':
      return value === 'ignore' || value === 'refuse'
    case 'globs':
      return Array.isArray(value) && value.length > 0 && value.every(isText)
    case 'files':
      return Array.isArray(value) && value.every(isText)
    case 'words':
      return Array.isArray(value) && value.every((word) => isText(word) && /^[\w$]+$/.test(word))
    case 'packages':
      return Array.isArray(value) && value.every((entry) => isText(entry) && /^(@[\w.-]+\/)?\w[\w.-]*(\/[\w.-]+)*$/.test(entry))
    case 'exports':
      return Array.isArray(value) && value.every((entry) => isText(entry) && /^[^#]+#[\w$]+(\.[\w$]+)?$/.test(entry))
    case 'exclusions':
      return Array.isArray(value) && value.every((entry) => isText(entry) && /^[^#]*(#[\w$*]+(\.[\w$*]+)?)?$/.test(entry))
    case 'ignored':
      return true
    case 'file':
    case 'folder':
      return isText(value)
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function inWords(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'function') return 'a function'
  return JSON.stringify(value) ?? typeof value
}

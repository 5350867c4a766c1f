import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AsyncApiDocument } from './asyncapi.ts'

/** What a project is called and which version of it this is, from its package.json; something that is true where that says nothing. */
export function nameOfPackage(folder: string): AsyncApiDocument['info'] {
  try {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Readonly<Record<string, unknown>>
    return { title: textOr(name, 'app'), version: textOr(version, '0.0.0') }
  } catch {
    return { title: 'app', version: '0.0.0' }
  }
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise
}

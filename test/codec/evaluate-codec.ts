import { stripTypeScriptTypes } from 'node:module'
import { emitCodecs } from '../../compiler/emit/emit-codecs.ts'
import type { Shape, ShapeTable } from '../../compiler/discover/shape.ts'
import type { MessageCodec } from '../../runtime/contracts/codec.ts'
import * as failures from '../../runtime/envelope/codec-failure.ts'
import * as templates from '../../runtime/envelope/fits-templates.ts'
import * as readingCollections from '../../runtime/envelope/read-collections.ts'
import * as writingCollections from '../../runtime/envelope/write-collections.ts'
import * as dates from '../../runtime/envelope/read-date.ts'
import * as reading from '../../runtime/envelope/read-json.ts'
import * as alternatives from '../../runtime/envelope/which-alternative.ts'
import * as writing from '../../runtime/envelope/write-json.ts'
import { message, outputFolder } from './load-codecs.ts'

const runtime: Record<string, unknown> = {
  ...failures,
  ...dates,
  ...reading,
  ...alternatives,
  ...writing,
  ...templates,
  ...readingCollections,
  ...writingCollections,
}

/**
 * The codec of one message, without files: a few thousand of them in the time that imports would take for
 * a hundred. Undefined where the shape is refused with a diagnostic.
 */
export function evaluateCodec(
  shape: Shape,
  shapes: ShapeTable = {},
  unknownMembers: 'ignore' | 'refuse' = 'ignore',
): MessageCodec<unknown> | undefined {
  const place = { outputFolder, unknownMembers }
  const { modules, diagnostics } = emitCodecs({ messages: [message('Probe', shape)], shapes, imports: { extension: 'ts' } }, place)
  if (diagnostics.length > 0) return undefined
  const [module] = modules
  if (module === undefined || modules.length !== 1) throw new Error('one message makes one module')
  const script = stripTypeScriptTypes(module.text)
    .replaceAll(/^import \{([^}]*)\} from 'jasper-runtime\/generated'$/gm, (_, names: string) => `const {${names}} = runtime`)
    .replaceAll(/^import .*$/gm, '')
    .replaceAll(/^export /gm, '')
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text under test
  return new Function('runtime', `'use strict'\n${script}\nreturn probeCodec`)(runtime) as MessageCodec<unknown>
}

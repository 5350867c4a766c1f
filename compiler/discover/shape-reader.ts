import type { ts } from 'ts-morph'
import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { OpenedProgram } from './open-program.ts'
import type { ShapePlace } from './shape-place.ts'
import type { Shape } from './shape.ts'

/** Codes that say of a type that it cannot travel, and need no more than the type. */
export type Refusal = 'JG2003' | 'JG2005' | 'JG2007' | 'JG2015' | 'JG2016' | 'JG2018'

/** What the readers of the different kinds of types need of each other. */
export interface ShapeReader {
  readonly project: OpenedProgram
  readonly bag: DiagnosticBag
  /** The shape of a type within the one that is being read. */
  shapeOf(type: ts.Type, place: ShapePlace): Shape
  /** Reports that a type cannot travel; the shape returned stands in for it. */
  refuse(code: Refusal, type: ts.Type, place: ShapePlace, label?: string): Shape
}

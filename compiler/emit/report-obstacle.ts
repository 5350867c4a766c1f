import type { DiagnosticBag } from '../diagnostics/diagnostic-bag.ts'
import type { ImportObstacle, ImportStyle } from '../discover/discovered.ts'

const obstacles: Readonly<Record<ImportObstacle, { readonly reason: string; readonly mend: string }>> = {
  'verbatim-commonjs': {
    reason: 'its files are CommonJS modules, and `verbatimModuleSyntax` forbids import statements there',
    mend: 'set `"type": "module"` in package.json, or `"verbatimModuleSyntax": false` in the tsconfig',
  },
  'commonjs-of-node16': {
    reason: 'its files are CommonJS modules, and under this `module` those cannot import jasper-runtime, which is ES modules',
    mend: 'set `"type": "module"` in package.json, or `"module": "nodenext"` in the tsconfig',
  },
  'resolution-of-node10': {
    reason: 'this `moduleResolution` does not read the `exports` of packages, and jasper-runtime is found by them',
    mend: 'set `"module": "nodenext"` in the tsconfig, or `"moduleResolution": "bundler"` where a bundler reads the code',
  },
}

/** Reports options of the user's under which no generated file would compile. */
export function reportObstacle({ obstacle }: ImportStyle, folder: string, bag: DiagnosticBag): void {
  if (obstacle !== undefined) bag.report('JG5001', { folder, ...obstacles[obstacle] }, { span: undefined })
}

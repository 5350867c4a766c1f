import type { CatalogEntry } from './catalog-entry.ts'

/** JG5: writing the generated code. Codes are never reused. */
export const emitCatalog = {
  JG5001: {
    severity: 'error',
    sentence: 'the generated code cannot compile in {folder}: {reason}',
    explanation:
      'Generated code is modules with `import` and `export`, and it imports jasper-runtime, which is ES modules behind a map of ' +
      '`exports`. Some options of a tsconfig rule one or the other out, above all where the nearest package.json does not say ' +
      '`"type": "module"`.',
    help: 'choose options that allow both: {mend}',
  },
} as const satisfies Record<string, CatalogEntry>

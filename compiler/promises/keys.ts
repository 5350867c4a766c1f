import type { Template } from '../discover/shape.ts'

/**
 * Whether a key could fit a template, by its beginning and its end: the holes are the runtime's to judge. A key
 * that only seems to fit leads to a comparison too many, never to one too few.
 */
export function mayFit(key: string, template: Template | undefined): boolean {
  if (template === undefined) return true
  const [start, end] = [template.texts[0] ?? '', template.texts.at(-1) ?? '']
  return key.length >= start.length + end.length && key.startsWith(start) && key.endsWith(end)
}

/** Whether some key could fit both. */
export function mayOverlapKeys(first: Template | undefined, second: Template | undefined): boolean {
  if (first === undefined || second === undefined) return true
  const agree = (one: string, other: string, test: 'startsWith' | 'endsWith'): boolean => one[test](other) || other[test](one)
  const [start, otherStart] = [first.texts[0] ?? '', second.texts[0] ?? '']
  const [end, otherEnd] = [first.texts.at(-1) ?? '', second.texts.at(-1) ?? '']
  return agree(start, otherStart, 'startsWith') && agree(end, otherEnd, 'endsWith')
}

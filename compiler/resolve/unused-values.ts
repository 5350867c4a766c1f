import { flatten } from './frames/flatten.ts'
import type { Frame } from './frames/frame.ts'
import type { Variable } from './variable.ts'

/** The frames, with values of middleware left out that nobody asks for: what is not read may not be declared. */
export function withoutUnused(frames: readonly Frame[]): readonly Frame[] {
  const used = new Set(usedIn(frames))
  const isUnused = (made: Variable | undefined): boolean => made?.source.kind === 'middleware' && !used.has(made)
  const rid = (frame: Frame): Frame => {
    switch (frame.kind) {
      case 'around':
        return { ...frame, makes: isUnused(frame.makes) ? undefined : frame.makes, inside: frame.inside.map(rid) }
      case 'whatever-happens':
        return { ...frame, inside: frame.inside.map(rid) }
      case 'call-middleware':
        return { ...frame, makes: frame.makes.map((made) => (isUnused(made) ? undefined : made)) }
      default:
        return frame
    }
  }
  return frames.map(rid)
}

function usedIn(frames: readonly Frame[]): readonly Variable[] {
  return flatten(frames).flatMap((frame): readonly Variable[] => {
    if (frame.kind === 'cascade') return [frame.uses, ...frame.effects.flatMap(({ uses }) => uses)]
    if (!('uses' in frame)) return []
    return 'source' in frame.uses ? [frame.uses] : frame.uses
  })
}

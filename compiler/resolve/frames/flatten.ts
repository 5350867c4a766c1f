import type { Frame } from './frame.ts'

/** All frames of a plan in the order of their steps, each before those inside it. */
export function flatten(frames: readonly Frame[]): readonly Frame[] {
  return frames.flatMap((frame) => {
    if (frame.kind === 'around') return [frame, ...flatten(frame.inside)]
    return frame.kind === 'whatever-happens' ? [frame, ...flatten(frame.inside), ...flatten(frame.ends)] : [frame]
  })
}

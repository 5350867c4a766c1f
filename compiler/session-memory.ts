import type { FileSystem } from './discover/file-system.ts'
import { HandlerAnswers } from './discover/handler-answers.ts'
import { ProgramMemory } from './discover/program-memory.ts'
import { CodecMemory } from './emit/codec-memory.ts'

/**
 * What a session keeps from one compilation to the next. It saves time and changes nothing: what is compiled with it is, to the
 * byte, what is compiled without.
 */
export class SessionMemory {
  readonly program: ProgramMemory
  readonly answers = new HandlerAnswers()
  readonly codecs = new CodecMemory()

  constructor(fileSystem: FileSystem) {
    this.program = new ProgramMemory(fileSystem)
  }
}

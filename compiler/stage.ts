/** What a compilation is about to do, in the order in which it does it. */
export type Stage = 'reading the program' | 'putting chains together' | 'spelling the code'

/** Told before each stage. A compilation holds its thread until it is over: what is to be seen meanwhile has to be written here. */
export type OnStage = (stage: Stage) => void

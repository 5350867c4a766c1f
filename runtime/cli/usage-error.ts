/** What is wrong with the command line or the config, as a sentence with its mend. */
export class UsageError extends Error {}

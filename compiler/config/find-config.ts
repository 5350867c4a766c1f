import { readdirSync } from 'node:fs'

/** Names that a config file may have, the usual one first. */
const configNames = ['jasper.config.ts', 'jasper.config.mts', 'jasper.config.js', 'jasper.config.mjs'] as const

/** Names of the config files in a folder: none, one, or the several among which nobody can choose. */
export function findConfigs(folder: string): readonly string[] {
  const present = new Set(readdirSync(folder))
  return configNames.filter((name) => present.has(name))
}

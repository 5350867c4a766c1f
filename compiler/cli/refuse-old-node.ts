/** The `engines` of our package.json, which npm only warns of. */
const oldest = [22, 18] as const

/**
 * What is said on a Node that is too old to run us; `undefined` where it is not.
 *
 * @param version  As `process.versions.node` has it: `22.18.0`.
 */
export function refuseOldNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return undefined
  return `jasper-gen needs Node ${oldest.join('.')} or later, and this is Node ${version}.\n`
}

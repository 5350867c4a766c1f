/** Warnings of Node about how it runs the user's config. They name nothing that the user should change for us. */
const quiet = new Set(['MODULE_TYPELESS_PACKAGE_JSON'])

/** Keeps Node's remarks about loading a TypeScript config to itself; every other warning is printed as usual. */
export function quietWarnings(target: NodeJS.Process): void {
  const listeners = target.listeners('warning')
  target.removeAllListeners('warning')
  target.on('warning', (warning: Error & { readonly code?: string }) => {
    const isExpected = quiet.has(warning.code ?? '') || (warning.name === 'ExperimentalWarning' && /strip/i.test(warning.message))
    if (isExpected) return
    for (const listener of listeners) listener(warning)
  })
}

import { dirname, join } from 'node:path'
import ts from 'typescript'

/** What generated code promises to compile under, whatever the user's own tsconfig says. */
const strictest: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  declaration: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  isolatedDeclarations: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitReturns: true,
  noImplicitOverride: true,
  erasableSyntaxOnly: true,
  skipLibCheck: true,
}

/** Declaration files are the same for every case; reading them once makes the suite several times faster. */
const declarations = new Map<string, ts.SourceFile | undefined>()

/**
 * Type-checks an app with its generated code, under its own tsconfig and the strictest flags.
 *
 * `// @ts-nocheck` is taken off first: codecs are spared in the user's build, not in ours.
 * Only generated files are held to the strictest flags that concern style; the app's own errors count too.
 */
export function typeCheck(folder: string): readonly string[] {
  const configFile = join(folder, 'tsconfig.json')
  const read = ts.readConfigFile(configFile, (path) => ts.sys.readFile(path))
  const config = ts.parseJsonConfigFileContent(read.config, ts.sys, dirname(configFile), strictest, configFile)
  const host = ts.createCompilerHost(config.options)
  const getSourceFile = host.getSourceFile.bind(host)
  host.getSourceFile = (path, options, ...rest) => {
    if (path.endsWith('.d.ts')) {
      if (!declarations.has(path)) declarations.set(path, getSourceFile(path, options, ...rest))
      return declarations.get(path)
    }
    const text = ts.sys.readFile(path)?.replace(/^\/\/ @ts-nocheck$/m, '//')
    return text === undefined ? undefined : ts.createSourceFile(path, text, options)
  }
  const program = ts.createProgram(config.fileNames, config.options, host)
  const found = [...config.errors, ...ts.getPreEmitDiagnostics(program)]
  return found.filter((diagnostic) => !styleOfTheApp(diagnostic)).map((diagnostic) => print(diagnostic, folder))
}

/** `isolatedDeclarations` asks for annotations that a user need not write; generated code has them. */
function styleOfTheApp({ code, file }: ts.Diagnostic): boolean {
  return code >= 9005 && code <= 9039 && file !== undefined && !file.fileName.includes('/generated/jasper/')
}

function print({ file, start, messageText, code }: ts.Diagnostic, folder: string): string {
  const text = `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
  if (file === undefined || start === undefined) return text
  const { line } = file.getLineAndCharacterOfPosition(start)
  return `${file.fileName.replace(`${folder}/`, '')}:${line + 1} ${text}`
}

/**
 * The least that knows what a build must know: `node floor.ts <folder>` creates the TypeScript program of the project and asks its
 * checker for the types of every exported function: of its parameters and of what it returns, down to the members of every type
 * that the project declares. It decides nothing, reports nothing and writes nothing.
 */
import ts from 'typescript'

const folder = process.argv[2]!
const { config } = ts.readConfigFile(`${folder}/tsconfig.json`, (path) => ts.sys.readFile(path)) as { readonly config: unknown }
const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, folder)
const program = ts.createProgram(fileNames, options)
const checker = program.getTypeChecker()
const own = new Set(fileNames)
const seen = new Set<ts.Type>()
let asked = 0

for (const path of fileNames.filter((one) => one.endsWith('.handler.ts'))) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(path)!)
  for (const exported of module === undefined ? [] : checker.getExportsOfModule(module)) {
    if (exported.valueDeclaration === undefined) continue
    for (const signature of checker.getTypeOfSymbol(exported).getCallSignatures()) {
      for (const parameter of signature.getParameters()) expand(checker.getTypeOfSymbol(parameter))
      const returned = signature.getReturnType()
      expand(checker.getAwaitedType(returned) ?? returned)
    }
  }
}
console.log(`${program.getSourceFiles().length} files, ${asked} members`)

function expand(type: ts.Type): void {
  if (seen.has(type)) return
  seen.add(type)
  if (type.isUnionOrIntersection()) return type.types.forEach(expand)
  if (!(type.flags & ts.TypeFlags.Object)) return
  if (checker.isArrayType(type) || checker.isTupleType(type)) return checker.getTypeArguments(type as ts.TypeReference).forEach(expand)
  const members = checker.getPropertiesOfType(type)
  const isForeign = type.symbol?.declarations?.some((one) => !own.has(one.getSourceFile().fileName)) === true
  // `Partial` and `Record` are declared by the language, and their members are the project's.
  if (isForeign && (type as ts.ObjectType).objectFlags & (ts.ObjectFlags.ClassOrInterface | ts.ObjectFlags.Reference)) return
  for (const member of members) {
    asked += 1
    expand(checker.getTypeOfSymbol(member))
  }
  for (const { type: value } of checker.getIndexInfosOfType(type)) expand(value)
}

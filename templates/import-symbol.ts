import { type Code, indent, lineWidth, literal } from './code.ts'

/** One imported name. Imports are values until the whole module is known; no template writes one by hand. */
export interface ImportSymbol {
  /** The specifier as it stands in the statement: `jasper-runtime/generated`, `../../orders/messages.ts`. */
  readonly from: string
  /** The exported name. */
  readonly name: string
  /** What the module calls it. The same as `name` unless two imports would collide. */
  readonly local: string
  readonly typeOnly: boolean
}

/** The import statements for some symbols: packages first, then files, each sorted by code unit. */
export function spellImports(symbols: readonly ImportSymbol[]): Code {
  const bySpecifier = new Map<string, ImportSymbol[]>()
  for (const symbol of symbols) {
    const group = bySpecifier.get(symbol.from)
    if (group === undefined) bySpecifier.set(symbol.from, [symbol])
    else group.push(symbol)
  }
  return [...bySpecifier.keys()].sort(bySpecifierOrder).map((from) => statement(from, bySpecifier.get(from) ?? []))
}

function statement(from: string, symbols: readonly ImportSymbol[]): Code {
  const [only] = symbols
  if (only?.name === 'default' && symbols.length === 1) {
    return `import ${only.typeOnly ? 'type ' : ''}${only.local} from ${literal(from)}`
  }
  const allTypes = symbols.every((symbol) => symbol.typeOnly)
  const names = [...symbols].sort(byName).map((symbol) => {
    const name = symbol.local === symbol.name ? symbol.name : `${symbol.name} as ${symbol.local}`
    return symbol.typeOnly && !allTypes ? `type ${name}` : name
  })
  const keyword = allTypes ? 'import type' : 'import'
  const line = `${keyword} { ${names.join(', ')} } from ${literal(from)}`
  if (line.length <= lineWidth) return line
  return [`${keyword} {`, indent(names.map((name) => `${name},`)), `} from ${literal(from)}`]
}

function bySpecifierOrder(a: string, b: string): number {
  const relativeA = a.startsWith('.')
  const relativeB = b.startsWith('.')
  if (relativeA !== relativeB) return relativeA ? 1 : -1
  return a < b ? -1 : a > b ? 1 : 0
}

function byName(a: ImportSymbol, b: ImportSymbol): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.local < b.local ? -1 : a.local > b.local ? 1 : 0
}

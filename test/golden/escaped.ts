/** Text for a page: what Markdown would read as marks is escaped, code in backticks is left as it is. */
export function escaped(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(/[\\*<_|]/g, (mark) => `\\${mark}`)))
    .join('')
}

/**
 * JSON with line breaks, and every token as it was written: parsing and printing again would round
 * long numbers and drop what comes twice. Null: it is no JSON, or nothing that lines would help.
 */
export function prettyJson(text: string): string | null {
  if (!isStructure(text)) return null
  let depth = 0
  const tokens = text.matchAll(/"(?:\\.|[^"\\])*"|[[\]{}:,]|[^\s[\]{}:,"]+/g)
  const pieces: string[] = []
  let before = ''
  for (const [token] of tokens) {
    if (token === '}' || token === ']') {
      depth -= 1
      if (before !== '{' && before !== '[') pieces.push(lineBreak(depth))
    } else if (before === '{' || before === '[') {
      pieces.push(lineBreak(depth))
    }
    pieces.push(token)
    if (token === '{' || token === '[') depth += 1
    if (token === ',') pieces.push(lineBreak(depth))
    if (token === ':') pieces.push(' ')
    before = token
  }
  return pieces.join('')
}

function lineBreak(depth: number): string {
  return `\n${'  '.repeat(depth)}`
}

function isStructure(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null
  } catch {
    return false
  }
}

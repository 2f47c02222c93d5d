/**
 * The JSON object that a text begins with, as far as it is here: a body is kept up to 2 KiB, and
 * programs print warnings behind what they meant to answer.
 */

/** Null: it begins with no object. Of one that is cut, the members that are whole. */
export function parseBeginning(text: string): object | null {
  const body = text.trim() // U+FEFF is white space to it
  // Most answers are no JSON ('OK', a page): don't pay for an exception to learn it.
  if (!body.startsWith('{')) return null
  return parseObject(body) ?? parseObject(wholeMembers(body))
}

function parseObject(text: string): object | null {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' ? parsed : null
  } catch {
    return null
  }
}

/** Up to the object's end, or else to its last comma. */
function wholeMembers(text: string): string {
  let depth = 0
  let inText = false
  let comma = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (inText) {
      if (character === '\\') at += 1
      else if (character === '"') inText = false
    } else if (character === '"') inText = true
    else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') {
      depth -= 1
      if (depth === 0) return text.slice(0, at + 1)
    } else if (character === ',' && depth === 1) comma = at
  }
  return `${text.slice(0, comma)}}`
}

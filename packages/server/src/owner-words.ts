/**
 * What an owner is told where a sentence names a setting of the server: that is an operator's word, and
 * says nothing to who can't set it. One place for all answers, so that no route forgets it. Only
 * sentences of our own are looked at, by the names that they have in answers.
 */

const SENTENCES: ReadonlySet<string> = new Set([
  'error',
  'lastError',
  'explanation',
  'lastFailure',
  'stateReason',
  'restingReason',
  'message',
])

const MAY_ALLOW = '; whoever runs this server may allow it'

const OPERATORS_WORDS: readonly [words: RegExp, instead: string][] = [
  [
    /; EGRESS_[A-Z_]+(?:=\S+)? on the server would allow it(?:, and the server's log names it)?/g,
    MAY_ALLOW,
  ],
  [/than RATE_LIMIT_PER_KEY allows/g, 'than this server allows'],
  [/ \(MAX_BACKLOG\)/g, ''],
]

export function inOwnersWords(text: string): string {
  return OPERATORS_WORDS.reduce((told, [words, instead]) => told.replace(words, instead), text)
}

/**
 * What a stored sentence begins with that an owner is told as this one, so that it is found by what its
 * reader was shown; null: it is told as it is stored.
 */
export function storedBeginning(told: string): string | null {
  return told.endsWith(MAY_ALLOW) ? `${told.slice(0, -MAY_ALLOW.length)}; EGRESS_` : null
}

/** A whole answer; the same object where nothing in it is an operator's. */
export function answerInOwnersWords(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(answerInOwnersWords)
  if (!isPlainObject(answer)) return answer
  const told = Object.entries(answer).map(([name, value]) => {
    const isSentence = typeof value === 'string' && SENTENCES.has(name)
    // What others wrote stays to the letter.
    if (!isSentence) return [name, name === 'payload' ? value : answerInOwnersWords(value)]
    return [name, inOwnersWords(value)]
  })
  return Object.fromEntries(told)
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  )
}

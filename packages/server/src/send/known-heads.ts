/**
 * Heads that were read before. An endpoint answers with the same bytes until the second in its `date`
 * turns, so most heads of a busy one needn't be read again. Only those are kept that are exact and
 * came whole: by the book, where they end is where they are seen to end.
 */
import type { AnswerHead } from './answer-head.ts'

const HEADS_MAX = 1_024
export const KNOWN_HEAD_BYTES_MAX = 1_024

const heads = new Map<string, AnswerHead>()

export function knownHead(text: string): AnswerHead | undefined {
  return heads.get(text)
}

/** From now on `head` belongs to every answer that begins with these bytes, and is not changed. */
export function rememberHead(text: string, head: AnswerHead): void {
  if (heads.size >= HEADS_MAX) heads.clear()
  heads.set(text, head)
}

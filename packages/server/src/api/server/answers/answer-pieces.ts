/**
 * Large texts, sent in pieces as their reader takes them: the loop turns between them, and how far a
 * reader has come can be seen (answer-slots.ts).
 */
import { Readable } from 'node:stream'

export const PIECE_BYTES = 16 * 1024

/** `texts` is asked for more when what was given is nearly taken. */
export function inPieces(texts: Iterable<string> | AsyncIterable<string>): Readable {
  return Readable.from(piecesOf(texts), { objectMode: false, highWaterMark: PIECE_BYTES })
}

async function* piecesOf(texts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const text of texts) {
    const bytes = Buffer.from(text)
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      yield bytes.subarray(from, from + PIECE_BYTES)
    }
  }
}

/**
 * A URL, or a key, as it was typed or pasted, which brings along what nobody sees: at its ends that goes, as the
 * server has it; within it is another one than it seems, which a URL's parser doesn't tell.
 */
import { usageError } from './command-error.ts'

const UNSEEN = /[\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]/u

/** `name`: as the user knows it, `--forward-to`. Throws a usage error. */
export function typedUrl(text: string, name: string): string {
  const characters = [...text]
  const isSeen = (character: string) => !UNSEEN.test(character) && character.trim() !== ''
  const first = characters.findIndex(isSeen)
  const seen = first < 0 ? [] : characters.slice(first, characters.findLastIndex(isSeen) + 1)
  const unseen = seen.find((character) => UNSEEN.test(character))?.codePointAt(0)
  if (unseen === undefined) return seen.join('')
  const number = unseen.toString(16).toUpperCase().padStart(4, '0')
  throw usageError(`${name} has a character in it that can't be seen (U+${number}): type it anew.`)
}

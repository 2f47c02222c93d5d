/**
 * A URL, or a key, as it was typed or pasted, which brings along what nobody sees: at its ends that goes, as the
 * server has it; within it is another one than it seems, which a URL's parser doesn't tell.
 */
import { usageError } from './command-error.ts'
import { isLoopback } from './localhost.ts'

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

/**
 * A server's URL as it is typed: a port alone is this machine's (`8311`, which a URL's parser takes for
 * the address 0.0.32.119), and what has no scheme is http on this machine; elsewhere too where `near`
 * says that it is a developer's own. `name`: as the user knows it.
 */
export function serverUrl(given: string, name: string, { near = false } = {}): URL {
  const typed = typedUrl(given, name)
  const [, port, path = ''] = /^:?(\d+)((?:[/?#].*)?)$/.exec(typed) ?? []
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) {
    throw usageError(`${name} "${given}" is no port: they go from 1 to 65535.`)
  }
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed)
  const text =
    port !== undefined ? `http://localhost:${port}${path}` : hasScheme ? typed : `http://${typed}`
  // To a URL's parser one number is an IPv4 address, with a scheme before it, too.
  if (/^[a-z]+:\/\/(?:[^/?#@]*@)?(?:\d+|0x[\da-f]+)(?=$|[:/?#])/i.test(text)) {
    throw usageError(
      `${name} "${given}" has a number where a host stands: for a port of this machine say http://localhost:8311/hook.`,
    )
  }
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw usageError(`${name} "${given}" is no URL of a server: say http://localhost:3000/hook.`)
  }
  if (hasScheme || near || isLoopback(url.hostname)) return url
  throw usageError(`${name} "${given}" has no scheme: say https://${typed}.`)
}

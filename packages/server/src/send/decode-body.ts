/**
 * The bytes that are kept of a body, as text: by their byte order mark, by the label that they came
 * with, else as UTF-8. What is no character of it becomes U+FFFD; one that was cut is left out.
 */
import type { Unpacked } from './unpack.ts'

export function decodeBody({ bytes, isCut }: Unpacked, contentType: string): string {
  if (bytes.length === 0) return ''
  const label = byMark(bytes) ?? labelOf(contentType)
  if (label === 'utf-8') return utf8Text(bytes, isCut)
  return decoderOf(label)?.decode(bytes, { stream: isCut }) ?? utf8Text(bytes, isCut)
}

/** Null: it has no mark. JSON begins with ASCII, so UTF-16 shows by its zeros (RFC 4627, 3). */
function byMark(bytes: Buffer): string | null {
  const [first, second, third, fourth] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (isAscii(first) && second === 0 && isAscii(third) && fourth === 0) return 'utf-16le'
  return first === 0 && isAscii(second) && third === 0 && isAscii(fourth) ? 'utf-16be' : null
}

/** As texts have it: no control character but those of white space. */
function isAscii(byte = 0): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d
}

function labelOf(contentType: string): string {
  const [, label = 'utf-8'] = /;\s*charset\s*=\s*["']?\s*([^\s;"']+)/i.exec(contentType) ?? []
  return label.toLowerCase() === 'utf8' ? 'utf-8' : label.toLowerCase()
}

/** Null: a stranger's word for no encoding that is known. */
function decoderOf(label: string): InstanceType<typeof TextDecoder> | null {
  try {
    return new TextDecoder(label)
  } catch {
    return null
  }
}

/** What most bodies are, and many times faster than a decoder. The mark is no part of the text. */
function utf8Text(bytes: Buffer, isCut: boolean): string {
  const text = (isCut ? withoutSplitCharacter(bytes) : bytes).toString('utf8')
  return text.startsWith('\ufeff') ? text.slice(1) : text
}

/** Drops a last character that has begun and not ended: at most three bytes. */
function withoutSplitCharacter(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0b1100_0000) === 0b1000_0000) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length > back ? bytes.subarray(0, bytes.length - back) : bytes
  }
  return bytes
}

/** WebCrypto, because it is the one HMAC that Node and every Fetch runtime have. */
export async function hmac(
  hash: 'SHA-1' | 'SHA-256',
  key: Uint8Array,
  content: Uint8Array,
): Promise<Uint8Array> {
  const { subtle } = globalThis.crypto
  const algorithm = { name: 'HMAC', hash }
  const imported = await subtle.importKey('raw', ownBuffer(key), algorithm, false, ['sign'])
  return new Uint8Array(await subtle.sign('HMAC', imported, ownBuffer(content)))
}

/**
 * Compares in a time that depends on the lengths only: how many leading characters of a forged
 * signature are right must not show in how long the answer takes.
 */
export function equalInConstantTime(left: string, right: string): boolean {
  if (left.length !== right.length) return false
  let difference = 0
  for (let index = 0; index < left.length; index++) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index)
  }
  return difference === 0
}

/** WebCrypto's types exclude shared memory, which could change between the check and the use. */
function ownBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer
    ? (bytes as Uint8Array<ArrayBuffer>)
    : new Uint8Array(bytes)
}

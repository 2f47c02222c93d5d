/** WebCrypto, because it is the one HMAC that Node and every Fetch runtime have. */
export async function hmac(
  hash: 'SHA-1' | 'SHA-256',
  key: Uint8Array,
  content: Uint8Array,
): Promise<Uint8Array> {
  const { subtle } = crypto
  const algorithm = { name: 'HMAC', hash }
  const imported = await subtle.importKey('raw', owned(key), algorithm, false, ['sign'])
  return new Uint8Array(await subtle.sign('HMAC', imported, owned(content)))
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

/**
 * WebCrypto's types exclude shared memory, which could change between the check and the use. Keys
 * and contents are ours: `encodeText`, `decodeBase64` and `concatBytes` allocate them.
 */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}

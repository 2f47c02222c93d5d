/** WebCrypto, because it is the one HMAC that Node and every Fetch runtime have. */
export async function hmac(
  hash: 'SHA-1' | 'SHA-256',
  key: Uint8Array,
  content: Uint8Array,
): Promise<Uint8Array> {
  const { subtle } = crypto
  const name = 'HMAC'
  // WebCrypto's types exclude shared memory, which nobody keeps keys and bodies in.
  const imported = await subtle.importKey('raw', key as Owned, { name, hash }, false, ['sign'])
  return new Uint8Array(await subtle.sign(name, imported, content as Owned))
}

type Owned = Uint8Array<ArrayBuffer>

/**
 * Compares in a time that depends on the left length only: how many leading characters of a forged
 * signature are right must not show in how long the answer takes.
 */
export function equalInConstantTime(left: string, right: string): boolean {
  let difference = left.length ^ right.length
  // Behind the end of a shorter one is NaN, which differs from every letter.
  for (let index = 0; index < left.length; index++) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index)
  }
  return difference === 0
}

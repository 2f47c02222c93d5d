/** An `Idempotency-Key` for what is asked: the same one as long as the same is asked again. */
export type Once = (asked: unknown) => string

/** Of one form: a button that is pressed again after a lost answer makes nothing twice. */
export function createOnce(): Once {
  let last = { asked: '', key: '' }
  return (asked) => {
    const text = JSON.stringify(asked)
    if (text !== last.asked) last = { asked: text, key: drawKey() }
    return last.key
  }
}

/** `randomUUID` is missing where a page comes without https. */
function drawKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

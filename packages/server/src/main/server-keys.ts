/**
 * Keys for what a server gives out and takes back: cursors, widgets' tokens, the mark of the operator's
 * key. Derived from the store's secret (RFC 5869), each under a label of its own, and not from the
 * encryption key: that one rotates, and nobody's session or open form shall end with it.
 */
import { hkdfSync } from 'node:crypto'

export function deriveServerKeys(serverSecret: Buffer) {
  const derive = (label: string) => Buffer.from(hkdfSync('sha256', serverSecret, '', label, 32))
  return {
    cursorKey: derive('chatzuri cursor 1'),
    widgetKey: derive('chatzuri widget token 1'),
    rootMarkKey: derive('chatzuri root mark 1'),
  }
}

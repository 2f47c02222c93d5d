import { isIP } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expectLinear } from '../../test/linear-time.ts'
import { StartError } from '../errors.ts'
import { tidyContact } from '../text/typed-text.ts'
import { readConfig, SETTINGS } from './config.ts'

const UNITS: Record<string, number> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 }
const anyText = fc.string({ unit: 'binary', maxLength: 30 })
const name = fc.constantFrom(...SETTINGS.map((setting) => setting.name))

/** Null: refused, by a sentence that names the setting. */
function read(setting: string, text: string) {
  try {
    return readConfig({ [setting]: text })
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    expect(error.message).toMatch(/^[A-Z_]+ .*\.$/s)
    return null
  }
}

test('any text for any setting is taken or refused by a sentence, and the same each time', () => {
  fc.assert(
    fc.property(name, anyText, (setting, text) => {
      expect(read(setting, text)).toEqual(read(setting, text))
    }),
    { numRuns: 3_000 },
  )
})

test('a duration is its number times its unit, or out of its bounds', () => {
  fc.assert(
    fc.property(fc.nat(999_999_999), fc.constantFrom(...Object.keys(UNITS)), (number, unit) => {
      const expectedMs = number * (UNITS[unit] ?? 0)
      const isInBounds = expectedMs >= 60_000 && expectedMs <= 3_650 * 864e5
      expect(read('RETENTION', `${number}${unit}`)?.retentionMs).toBe(
        isInBounds ? expectedMs : undefined,
      )
    }),
  )
})

test('text that is no duration is refused', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      // What nobody sees around it is as good as white space.
      if (/^(?:\d{1,9}(?:ms|s|m|h|d))?$/.test(tidyContact(text))) return
      expect(read('RETENTION', text)).toBeNull()
    }),
  )
})

test('a whole number is read as JavaScript reads it, within its bounds', () => {
  fc.assert(
    fc.property(fc.integer({ min: -10, max: 70_000 }), (port) => {
      expect(read('PORT', String(port))?.port).toBe(port >= 0 && port <= 65_535 ? port : undefined)
      expect(read('PORT', `${port}.5`)).toBeNull()
      expect(read('PORT', `0x${Math.abs(port).toString(16)}`)).toBeNull()
    }),
  )
})

test('every address with every length of prefix that it can have is a CIDR, and no other', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(200), (address, bits) => {
      const isOne = bits <= (isIP(address) === 4 ? 32 : 128)
      const given = `${address}/${bits}`
      expect(read('EGRESS_ALLOW', given)?.egressAllow).toEqual(isOne ? [given] : undefined)
      const alone = `${address}/${isIP(address) === 4 ? 32 : 128}`
      expect(read('TRUSTED_PROXIES', address)?.trustedProxies).toEqual([alone])
    }),
  )
})

test('text without an address is no CIDR', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const seen = tidyContact(text)
      if (seen === '' || isIP(seen.split('/')[0] ?? '') !== 0) return
      expect(read('EGRESS_ALLOW', text)).toBeNull()
    }),
  )
})

test('long text is read once', () => {
  for (const { name: setting } of SETTINGS) {
    if (setting !== 'DATA_DIR') expectLinear(['1', '1s,', ':', 'a/'], (text) => read(setting, text))
  }
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EMAILS, PHONES, UNSEEN } from '../../../../test/support/typed-vectors.ts'
import { expectLinear } from '../../test/linear-time.ts'
import {
  contactKey,
  emailFault,
  isBlank,
  isOddEmail,
  isOddPhone,
  nameKey,
  phoneFault,
  tidyContact,
  tidyUrl,
  unseenIn,
} from './typed-text.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 40 })
const unseen = fc.constantFrom(...Object.values(UNSEEN))

test('emails and phones are taken as the shared list says', () => {
  const takenAs = (typed: string, faultOf: typeof emailFault) => {
    const tidy = tidyContact(typed)
    return faultOf(tidy) === null ? tidy : null
  }
  for (const { typed, taken } of EMAILS) expect(takenAs(typed, emailFault), typed).toBe(taken)
  for (const { typed, taken } of PHONES) expect(takenAs(typed, phoneFault), typed).toBe(taken)
})

test.each(Object.entries(UNSEEN))(
  '%s is named, dropped at ends, and no name',
  (_what, character) => {
    const named = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
    expect(unseenIn(`ab${character}c`)).toBe(named)
    expect(tidyUrl(`${character}https://a.example/${character}`)).toBe('https://a.example/')
    expect(isBlank(`${character} ${character}`)).toBe(true)
    expect(isBlank(`${character}a`)).toBe(false)
  },
)

test('flags, families and joined letters are to be seen', () => {
  for (const name of ['🏳️‍🌈', '👩‍👩‍👧‍👦', '🇰🇪', 'نامه‌ای', '\u0600', '´', '\ufffd']) {
    expect(isBlank(name), name).toBe(false)
  }
})

test('however it is surrounded or strewn, its key is that of the plain text', () => {
  const strewn = fc
    .array(
      fc.tuple(fc.constantFrom(...'ann@Zoë.exämple\u0301'), fc.array(unseen, { maxLength: 2 })),
    )
    .map((parts) => ({
      plain: parts.map(([seen]) => seen).join(''),
      typed: parts.map(([seen, hidden]) => seen + hidden.join('')).join(''),
    }))
  fc.assert(
    fc.property(strewn, ({ plain, typed }) => {
      expect(nameKey(typed)).toBe(nameKey(plain))
      expect(contactKey(` \u200b${typed}\u2060 `)).toBe(contactKey(plain))
    }),
  )
})

test('a key tells neither case nor the normal form, but scripts', () => {
  expect(contactKey('Zoe\u0308@Example.COM')).toBe(contactKey('zoë@example.com'))
  expect(nameKey('ANN Lee ')).toBe('ann lee ')
  for (const large of ['Ϊ́ρις', 'J̌an', 'İlker', 'H̱ana']) {
    const small = large.toLowerCase()
    expect([small.normalize('NFC'), small.normalize('NFD')].map(nameKey)).toEqual(
      [large.normalize('NFC'), large.normalize('NFD')].map(nameKey),
    )
  }
  expect(nameKey('ΚΩΣΤΑΣ').startsWith(nameKey('ΚΩΣ'))).toBe(true)
  expect(contactKey('٠٧٠٠')).not.toBe(contactKey('0700'))
})

test('what is tidy stays as it is, and nothing to be seen is lost', () => {
  const seenOf = (text: string) => text.replace(/[\s\p{Cf}\p{Cc}\p{DI}\u2800]/gu, '')
  fc.assert(
    fc.property(fc.array(fc.oneof(anyText, unseen), { maxLength: 5 }), (parts) => {
      for (const tidy of [tidyContact, tidyUrl]) {
        const text = parts.join('').toWellFormed()
        expect(tidy(tidy(text))).toBe(tidy(text))
        expect(seenOf(tidy(text))).toBe(seenOf(text))
      }
    }),
  )
})

test('what is odd is only asked about: a phone without digits of any script, a host without a dot', () => {
  expect(['٠٧٠٠', '0700', '1-800', '７ ８'].map(isOddPhone)).toEqual([false, false, false, false])
  expect(['ask for Bob', '1', ''].map(isOddPhone)).toEqual([true, true, true])
  expect([isOddEmail('ann@localhost'), isOddEmail('a.n@example.com')]).toEqual([true, false])
})

test('long text is read once', () => {
  const pieces = ['\u200b', ' ', 'a', '\u200b ', 'a\u200b', '\u{e0061}', '@', '.', '\ud83d', '1']
  for (const read of [
    tidyContact,
    tidyUrl,
    isBlank,
    unseenIn,
    emailFault,
    phoneFault,
    contactKey,
  ]) {
    expectLinear(pieces, read)
  }
})

test('plain text, which is looked at less closely, comes out as any other', () => {
  const plain = fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((c) => String.fromCharCode(c)),
  })
  fc.assert(
    fc.property(plain, (text) => {
      expect(tidyContact(text)).toBe(tidyContact(`\u200b${text}\u200b`))
      const shown = `${text}ü`
      expect(unseenIn(text)).toBe(unseenIn(shown))
      expect(emailFault(`${text}@a.b`)).toEqual(emailFault(`${text}@ä.b`))
    }),
  )
})

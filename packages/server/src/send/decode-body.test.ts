import { expect, test } from 'vitest'
import { decodeBody } from './decode-body.ts'

const whole = (bytes: Buffer) => ({ bytes, isCut: false })
const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16()

test.each<[string, Buffer, string]>([
  ['UTF-8', Buffer.from('Zoë'), ''],
  ['UTF-8 with a mark', Buffer.from('\ufeffZoë'), ''],
  ['UTF-8 with a mark, labelled wrongly', Buffer.from('\ufeffZoë'), 'text/plain; charset=latin1'],
  ['latin1 by its label', Buffer.from('Zoë', 'latin1'), 'text/plain; charset=ISO-8859-1'],
  ['a label in quotes', Buffer.from('Zoë', 'latin1'), 'text/plain;charset="windows-1252"; q=1'],
  ['UTF-16 with a mark', Buffer.from('\ufeffZoë', 'utf16le'), 'application/json'],
  ['UTF-16, its bytes swapped, with a mark', swapped('\ufeffZoë'), ''],
  ['UTF-16 without a mark', Buffer.from('Zoë', 'utf16le'), 'application/json'],
  ['UTF-16, its bytes swapped, without a mark', swapped('Zoë'), ''],
  ['a label that nobody knows', Buffer.from('Zoë'), 'text/plain; charset=x-mine'],
  ['a label that is empty', Buffer.from('Zoë'), 'text/plain; charset='],
])('%s', (_, bytes, contentType) => {
  expect(decodeBody(whole(bytes), contentType)).toBe('Zoë')
})

test('a character that was cut is left out, in every encoding', () => {
  const cut = (bytes: Buffer, back: number) => ({
    bytes: bytes.subarray(0, bytes.length - back),
    isCut: true,
  })
  expect(decodeBody(cut(Buffer.from('Zo€'), 1), '')).toBe('Zo')
  expect(decodeBody(cut(Buffer.from('Zoe€', 'utf16le'), 1), '')).toBe('Zoe')
  const japanese = Buffer.from([0x82, 0xa0, 0x82, 0xa2])
  expect(decodeBody(cut(japanese, 1), 'text/plain; charset=shift_jis')).toBe('あ')
})

test('nothing is nothing, and what is no text is shown as such', () => {
  expect(decodeBody(whole(Buffer.alloc(0)), '')).toBe('')
  expect(decodeBody(whole(Buffer.from([0xff, 0xff, 0x41])), '')).toBe('\ufffd\ufffdA')
})

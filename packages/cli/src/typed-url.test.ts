import { expect, test } from 'vitest'
import { UNSEEN } from '../../../test/support/typed-vectors.ts'
import { typedUrl } from './typed-url.ts'

test.each(Object.entries(UNSEEN))(
  '%s goes at the ends of a URL, and is refused within',
  (_, it) => {
    const url = 'https://shop.example/hook'
    expect(typedUrl(`${it} ${url}${it}${it}`, 'URL')).toBe(url)
    expect(typedUrl(` ${it}`, 'URL')).toBe('')
    const number = `U+${(it.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
    expect(() => typedUrl(`https://sh${it}op.example`, '--forward-to')).toThrow(
      `--forward-to has a character in it that can't be seen (${number})`,
    )
  },
)

import { expect, test } from 'vitest'
import { texts } from '../../texts/texts.ts'
import { checkUrl } from './url-check.ts'

const { empty, unseen, unfinished, scheme, fragment, insecure } = texts.webhooks.urlFaults

test.each([
  ['', empty],
  ['   ', empty],
  ['\u200b', empty],
  ['https://sh\u200bop.example', unseen('U+200B')],
  ['shop', unfinished],
  ['https://', unfinished],
  ['https:shop.example', unfinished],
  ['https:///shop.example', unfinished],
  ['ftp://shop.example', scheme],
  ['javascript:alert(1)', scheme],
  ['https://shop.example/#part', fragment],
])('%j is told: %s', (given, fault) => {
  expect(checkUrl(given)).toEqual({ fault, warning: null })
})

test('what can be delivered to has no fault; without https there is a word of warning', () => {
  expect(checkUrl(' https://shop.example/hooks?a=1\u200b ')).toEqual({ fault: null, warning: null })
  expect(checkUrl('http://localhost:3000/webhook')).toEqual({ fault: null, warning: insecure })
})

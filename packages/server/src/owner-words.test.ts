import { expect, test } from 'vitest'
import { answerInOwnersWords, inOwnersWords } from './owner-words.ts'
import { createGuard } from './send/guard.ts'

const guard = createGuard({ allow: [], allowLoopback: false })

test.each([
  'http://10.0.0.5/',
  'http://localhost/',
  'http://metadata.google.internal/',
  'http://[fe80::1]/',
  'http://93.184.216.34:25/',
])('%s is refused to an owner without the name of a setting', (url) => {
  const message = guard.checkUrl(new URL(url))?.message ?? ''
  expect(message).toMatch(/EGRESS_/)
  expect(inOwnersWords(message)).not.toMatch(/[A-Z]{3,}_[A-Z]|=/)
  expect(inOwnersWords(`Given up (${message}): mend it.`)).toContain('may allow it)')
})

test('only our own sentences are told otherwise', () => {
  const text =
    '10.0.0.5 is a private address; EGRESS_ALLOW=10.0.0.5/32 on the server would allow it'
  const answer = {
    data: [{ lastError: text, payload: { message: text }, description: text, at: null }],
  }
  expect(answerInOwnersWords(answer)).toEqual({
    data: [{ ...answer.data[0], lastError: inOwnersWords(text) }],
  })
})

import { expect, test } from 'vitest'
import { EXAMPLE_IDS } from '../shapes/schemas.ts'
import { createWidgetTokens, TOKEN_LENGTH_MAX } from './widget-token.ts'

const BOT = EXAMPLE_IDS.chatbot
const OTHER_BOT = BOT.replace(/.$/, '2')
const conversation = { chatbotId: BOT, conversationId: EXAMPLE_IDS.conversation }
const ISSUED_AT = Date.UTC(2026, 8, 14, 9, 30)

function setup(shown = '') {
  const tokens = createWidgetTokens(Buffer.alloc(32, 1))
  return { tokens, token: tokens.issue({ ...conversation, issuedAt: ISSUED_AT, shown }) }
}

test('a token tells its conversation and its time, on every node with the same key', () => {
  const { token } = setup()
  const onAnotherNode = createWidgetTokens(Buffer.alloc(32, 1))
  expect(onAnotherNode.open(token, BOT)).toEqual({
    conversationId: conversation.conversationId,
    issuedAt: ISSUED_AT,
    shown: '',
  })
  expect(token.length).toBeLessThan(TOKEN_LENGTH_MAX)
})

test('it opens for no other chatbot and under no other key', () => {
  const { tokens, token } = setup()
  expect(tokens.open(token, OTHER_BOT)).toBeNull()
  expect(tokens.open(token.replace(BOT, OTHER_BOT), OTHER_BOT)).toBeNull()
  expect(createWidgetTokens(Buffer.alloc(32, 2)).open(token, BOT)).toBeNull()
})

test('it tells which consent its page was given to ask for', () => {
  const { tokens, token } = setup('S0me-mark_16char')
  expect(tokens.open(token, BOT)).toMatchObject({ ...shownOf('S0me-mark_16char') })
  expect(token.length).toBeLessThan(TOKEN_LENGTH_MAX)
  // What was signed without a mark gets none by being written otherwise.
  const plain = setup().token
  const parts = plain.split('.')
  const given = parts.at(-1) ?? ''
  for (const forged of [
    plain.replace('w1', 'w2'),
    ['w2', ...parts.slice(1, 4), 'mark', given].join('.'),
    ['w1', ...parts.slice(1, 4), 'mark', given].join('.'),
    ['w2', ...parts.slice(1, 4), '', given].join('.'),
  ]) {
    expect(tokens.open(forged, BOT), forged).toBeNull()
  }
})

const shownOf = (shown: string) => ({ conversationId: conversation.conversationId, shown })

test.each([[''], ['S0me-mark_16char']])(
  'a token (mark %j) with any one character changed is none',
  (shown) => {
    const { tokens, token } = setup(shown)
    for (let index = 0; index < token.length; index += 1) {
      const changed = `${token.slice(0, index)}${token[index] === 'a' ? 'b' : 'a'}${token.slice(index + 1)}`
      expect(tokens.open(changed, BOT), changed).toBeNull()
    }
    for (const text of ['', '....', `${token}.`, token.slice(0, -5), `x${token}`]) {
      expect(tokens.open(text, BOT)).toBeNull()
    }
  },
)

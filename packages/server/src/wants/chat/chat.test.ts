import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seenLead } from '../../../test/seen-lead.ts'
import type { SeenEvent } from '../seen-event.ts'
import { type ChatFormat, chatBody, isChat } from './chat.ts'

const HOSTILE = [
  '<!channel>',
  '@everyone',
  '<users/all>',
  '<@U123>',
  '[x](http://evil.example)',
  'http://evil.example',
  '**bold** _it_ ~~no~~ `code` ||spoil||',
  '# head\n> quote\n- list',
  '&lt;b&gt; <b>bold</b> "quoted"',
  '\u202egnp.exe\u200b\u2066',
]
const CHATS: ChatFormat[] = ['slack', 'teams', 'discord', 'google-chat']

const lead = (change: Partial<SeenEvent> = {}) => seenLead({ custom: { plan: 'pro' }, ...change })

function named(customerName: string): SeenEvent {
  return lead({ payload: { ...(lead().payload as object), customerName } })
}

/** All texts in it, with the key that each stands under. */
function textsOf(value: unknown, key = ''): [key: string, text: string][] {
  if (typeof value === 'string') return [[key, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    textsOf(inner, Array.isArray(value) ? key : name),
  )
}

test.each(CHATS)(
  'a lead reads well in %s: who, how to reach them, and nothing that is empty',
  (chat) => {
    const texts = textsOf(JSON.parse(chatBody(chat, lead()))).map(([, text]) =>
      text.replaceAll('\\', ''),
    )
    for (const part of [
      'New lead from Shop',
      'Ann Lee',
      'ann@shop.example',
      'pro',
      '2026-04-26 08:30 UTC',
    ]) {
      expect(
        texts.some((text) => text.includes(part)),
        part,
      ).toBe(true)
    }
    expect(texts.join(' ')).not.toMatch(/Phone|conversationId|undefined|null/)
  },
)

test.each(HOSTILE)('what a visitor typed is text and nothing else: %j', (text) => {
  const slack = JSON.parse(chatBody('slack', named(text)))
  for (const [key, found] of textsOf(slack)) {
    // Only here Slack reads `<…>`; elements of rich text are text.
    if (key === 'text' && found === slack.text) expect(found).not.toMatch(/[<>]/)
  }
  expect(JSON.stringify(slack.blocks)).not.toContain('mrkdwn')
  expect(JSON.stringify(slack.blocks)).not.toContain('"type":"link"')
  expect(JSON.stringify(JSON.parse(chatBody('teams', named(text))))).not.toContain('"TextBlock"')
  const discord = JSON.parse(chatBody('discord', named(text)))
  expect(discord.allowed_mentions).toEqual({ parse: [] })
  for (const { value } of discord.embeds[0].fields) {
    expect(value).not.toMatch(/(?<!\\)[*_~`|<@[\]()]/)
    expect(value).not.toMatch(/http:\/\//)
  }
  const google = chatBody('google-chat', named(text))
  for (const [key, found] of textsOf(JSON.parse(google))) {
    if (key === 'text') expect(found).not.toMatch(/[<>"']/)
  }
  for (const chat of CHATS) expect(chatBody(chat, named(text))).not.toMatch(/[\u202e\u200b\u2066]/)
})

test.each(CHATS)('what is long is cut to what %s takes, with no half character', (chat) => {
  const custom = Object.fromEntries(
    Array.from({ length: 30 }, (_, at) => [`f${at}`, '*🎉'.repeat(4_000)]),
  )
  const body = chatBody(chat, lead({ custom, chatbotName: '🎉'.repeat(500) }))
  expect(Buffer.byteLength(body)).toBeLessThan(28_000)
  for (const [, text] of textsOf(JSON.parse(body))) {
    expect(text.isWellFormed()).toBe(true)
    expect(text.length).toBeLessThanOrEqual(3_000)
  }
  if (chat !== 'discord') return
  const [embed] = JSON.parse(body).embeds
  const length = textsOf(embed).reduce((sum, [, text]) => sum + text.length, 0)
  expect(length).toBeLessThanOrEqual(6_000)
  expect(embed.fields.length).toBeLessThanOrEqual(25)
})

test.each(CHATS)('other events and empty ones are told in %s, too', (chat) => {
  const order = lead({
    eventType: 'order.paid',
    leadId: null,
    payload: { total: 12.5, items: ['a'] },
  })
  expect(chatBody(chat, order)).toContain('12')
  const empty = JSON.parse(chatBody(chat, lead({ leadId: null, eventType: 'a.b', payload: {} })))
  for (const [, text] of textsOf(empty)) expect(text).toBeTypeOf('string')
  expect(isChat(chat)).toBe(true)
  expect(isChat('guide')).toBe(false)
  expect(isChat('toString')).toBe(false)
})

test.each(CHATS)('whatever was published, %s gets JSON, and nothing is thrown', (chat) => {
  const name = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString'))
  fc.assert(
    fc.property(fc.jsonValue(), name, (payload, eventType) => {
      const event = lead({ payload: payload as SeenEvent['payload'], eventType, leadId: null })
      expect(JSON.parse(chatBody(chat, event))).toBeTypeOf('object')
    }),
  )
})

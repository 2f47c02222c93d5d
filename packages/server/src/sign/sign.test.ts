import { Webhook as StandardWebhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { storedWebhook } from '../../test/webhook-values.ts'
import { systemRandom } from '../random.ts'
import type { Webhook } from '../webhook.ts'
import { checkSecret, generateSecret } from './secret.ts'
import { createSign } from './sign.ts'

const NOW = 1_700_000_000_500

function setup(change: Partial<Webhook> = {}) {
  const webhook = storedWebhook({
    url: 'https://a.example/hook',
    secret: 'whsec0000000000000000000000000001',
    ...change,
  })
  const sign = createSign({ version: '1.2.3', timeoutMs: 30_000 })
  const signed = (eventType = 'lead.submit') => {
    const request = sign(
      {
        eventId: 'evt_1',
        chatbotId: 'bot_1',
        eventType,
        payload:
          '{"conversationId":"c1","customerEmail":"a@b.co","customerName":"Ann","customerPhone":"+254700000000"}',
      },
      webhook,
      NOW,
    )
    if ('unmade' in request) throw new Error(request.unmade)
    return request
  }
  const headers = () => Object.fromEntries(signed().headers)
  return { webhook, signed, headers }
}

test.each([
  ['lead.submit', '8b0fdf3ceb6cc6f34cf4ed62ff6a418e4da8fa0d'],
  ['leads.submit', '42ea3fbee0bd67e2393a434c710caf74452eb684'],
])('the vector of the wire format for %s', (eventType, signature) => {
  const { headers, body } = setup().signed(eventType)
  expect(Object.fromEntries(headers)['x-chatzuri-signature']).toBe(signature)
  expect(body.toString()).toBe(
    `{"eventType":"${eventType}","chatbotId":"bot_1","payload":{"conversationId":"c1","customerEmail":"a@b.co","customerName":"Ann","customerPhone":"+254700000000"}}`,
  )
})

test('headers in their order, the owner’s own after ours', () => {
  const { signed } = setup({ headers: { 'X-Team': 'a' }, timeoutSeconds: 5 })
  expect(signed().headers.map(([name]) => name)).toEqual([
    'content-type',
    'user-agent',
    'accept',
    'accept-encoding',
    'x-chatzuri-signature',
    'webhook-id',
    'webhook-timestamp',
    'webhook-signature',
    'x-team',
  ])
  expect(signed().timeoutMs).toBe(5_000)
})

test('while two secrets are live the guide’s header is made with the previous, the modern with both', () => {
  const secret = generateSecret(systemRandom)
  const previousSecret = generateSecret(systemRandom)
  const both = setup({ secret, previousSecret, overlapEndsAt: NOW + 1 }).headers()
  const before = setup({ secret: previousSecret }).headers()
  const after = setup({ secret, previousSecret, overlapEndsAt: NOW }).headers()
  expect(both['x-chatzuri-signature']).toBe(before['x-chatzuri-signature'])
  expect(after['x-chatzuri-signature']).toBe(setup({ secret }).headers()['x-chatzuri-signature'])
  const modern = both['webhook-signature']?.split(' ')
  expect(modern).toEqual([after['webhook-signature'], before['webhook-signature']])
})

test('user info becomes Basic, unless a header of the owner’s own says otherwise', () => {
  const url = 'https://us%40er:p%C3%A4ss@a.example/hook'
  expect(setup({ url }).headers().authorization).toBe(
    `Basic ${Buffer.from('us@er:päss').toString('base64')}`,
  )
  const headers = { Authorization: 'Bearer x' }
  expect(setup({ url, headers }).headers().authorization).toBe('Bearer x')
})

test('generated secrets need no escaping and are valid for Standard Webhooks', () => {
  for (let i = 0; i < 500; i++) {
    const secret = generateSecret(systemRandom)
    expect(secret).toMatch(/^whsec_[A-Za-z0-9]{32}$/)
    expect(checkSecret(secret)).toBe(null)
    expect(() => new StandardWebhook(secret)).not.toThrow()
  }
})

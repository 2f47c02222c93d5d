import { expect, test } from 'vitest'
import {
  goJson,
  pythonCompactJson,
  pythonJson,
  pythonSortedJson,
  pythonUnicodeJson,
} from './spellings.ts'

const VALUE = {
  eventType: 'lead.submit',
  chatbotId: 'bot_1',
  payload: {
    conversationId: 'c1',
    customerEmail: 'a+b@c.co',
    customerName: 'Zoë "Zed" O\'Neil <b>&/\\ 😀 \u2028',
    customerPhone: '',
  },
}

// Written by Python 3's json.dumps and Go's json.Marshal themselves.
test.each([
  [
    'json.dumps(data)',
    pythonJson,
    String.raw`{"eventType": "lead.submit", "chatbotId": "bot_1", "payload": {"conversationId": "c1", "customerEmail": "a+b@c.co", "customerName": "Zo\u00eb \"Zed\" O'Neil <b>&/\\ \ud83d\ude00 \u2028", "customerPhone": ""}}`,
  ],
  [
    'json.dumps(data, ensure_ascii=False)',
    pythonUnicodeJson,
    `{"eventType": "lead.submit", "chatbotId": "bot_1", "payload": {"conversationId": "c1", "customerEmail": "a+b@c.co", "customerName": "Zoë \\"Zed\\" O'Neil <b>&/\\\\ 😀 \u2028", "customerPhone": ""}}`,
  ],
  [
    "json.dumps(data, separators=(',', ':'))",
    pythonCompactJson,
    String.raw`{"eventType":"lead.submit","chatbotId":"bot_1","payload":{"conversationId":"c1","customerEmail":"a+b@c.co","customerName":"Zo\u00eb \"Zed\" O'Neil <b>&/\\ \ud83d\ude00 \u2028","customerPhone":""}}`,
  ],
  [
    'json.dumps(data, sort_keys=True)',
    pythonSortedJson,
    String.raw`{"chatbotId": "bot_1", "eventType": "lead.submit", "payload": {"conversationId": "c1", "customerEmail": "a+b@c.co", "customerName": "Zo\u00eb \"Zed\" O'Neil <b>&/\\ \ud83d\ude00 \u2028", "customerPhone": ""}}`,
  ],
  [
    'json.Marshal(map)',
    goJson,
    '{"chatbotId":"bot_1","eventType":"lead.submit","payload":{"conversationId":"c1","customerEmail":"a+b@c.co","customerName":"Zoë \\"Zed\\" O\'Neil \\u003cb\\u003e\\u0026/\\\\ 😀 \\u2028","customerPhone":""}}',
  ],
])('%s is written as the language writes it', (_, write, written) => {
  expect(write(VALUE)).toBe(written)
})

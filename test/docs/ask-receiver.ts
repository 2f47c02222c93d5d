/** What every receiver of the pages must answer: takes what is signed, and nothing else. */
import { expect } from 'vitest'
import { GENERATED_SECRET, signedHeaders } from '../../packages/receiver/test/sign-request.ts'

const AWKWARD = `Zoë "O'Brien" 😀 漢字 a\u2028b </script> \\ & /`

export async function askReceiver(url: string): Promise<void> {
  const lead = leadBody('lead.submit')
  const other = leadBody('leads.submit')
  const order = '{"eventType":"order.paid","chatbotId":"bot_1","payload":{"total":9.5}}'
  const strangers = signedHeaders(lead, 'whsec_anothersecretthanthatoneisuuuuuu')
  const answers = {
    'a lead': await post(url, lead, signedHeaders(lead, GENERATED_SECRET)),
    'its other spelling': await post(url, other, signedHeaders(other, GENERATED_SECRET)),
    'a type that it does not know': await post(url, order, signedHeaders(order, GENERATED_SECRET)),
    'another secret': await post(url, lead, strangers),
    'another body': await post(url, lead, signedHeaders(other, GENERATED_SECRET)),
    'no signature': await post(url, lead, {}),
    'another method': (await fetch(url)).status,
  }
  expect(answers).toEqual({
    ...{ 'a lead': 200, 'its other spelling': 200, 'a type that it does not know': 200 },
    ...{ 'another secret': 400, 'another body': 400, 'no signature': 400 },
    'another method': expect.toBeOneOf([404, 405]),
  })
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<number> {
  const all = { 'content-type': 'application/json', ...headers }
  const answer = await fetch(url, { method: 'POST', headers: all, body })
  await answer.body?.cancel()
  return answer.status
}

function leadBody(eventType: string): string {
  return JSON.stringify({
    eventType,
    chatbotId: 'bot_1',
    payload: {
      conversationId: 'c1',
      customerEmail: '',
      customerName: AWKWARD,
      customerPhone: '+254700000000',
    },
  })
}

/** What every receiver of the pages must answer: takes what is signed, and nothing else. */
import { expect } from 'vitest'
import {
  GENERATED_SECRET,
  guideHeaders,
  modernHeaders,
  signedHeaders,
} from '../../packages/receiver/test/sign-request.ts'

/** The one that the generated one replaces: an owner's own, with whatever such a one may hold. */
export const PREVIOUS_SECRET = 'an-own,secret(with)its=marks'

interface Asked {
  url: string
  /** Whether it has the previous secret as well. */
  holdsBoth: boolean
  /** Whether it is of the guide's form, which looks at the older header alone. */
  isGuide: boolean
}

const AWKWARD = `Zoë "O'Brien" 😀 漢字 a\u2028b </script> \\ & /`

export async function askReceiver({ url, holdsBoth, isGuide }: Asked): Promise<void> {
  const lead = leadBody('lead.submit')
  const other = leadBody('leads.submit')
  const order = '{"eventType":"order.paid","chatbotId":"bot_1","payload":{"total":9.5}}'
  const strangers = signedHeaders(lead, 'whsec_anothersecretthanthatoneisuuuuuu')
  const guideOnly = guideHeaders(lead, GENERATED_SECRET)
  // As the server signs during a rotation: the older header is the old secret's.
  const rotating = {
    ...guideHeaders(lead, PREVIOUS_SECRET),
    ...modernHeaders(lead, { secrets: [GENERATED_SECRET, PREVIOUS_SECRET] }),
  }
  const answers = {
    'a lead': await post(url, lead, signedHeaders(lead, GENERATED_SECRET)),
    'its other spelling': await post(url, other, signedHeaders(other, GENERATED_SECRET)),
    'a type that it does not know': await post(url, order, signedHeaders(order, GENERATED_SECRET)),
    'a lead during a rotation': await post(url, lead, rotating),
    'a lead before a rotation': await post(url, lead, signedHeaders(lead, PREVIOUS_SECRET)),
    'the older header alone': await post(url, lead, guideOnly),
    'another secret': await post(url, lead, strangers),
    'another body': await post(url, lead, signedHeaders(other, GENERATED_SECRET)),
    'no signature': await post(url, lead, {}),
    'another method': (await fetch(url)).status,
  }
  expect(answers).toEqual({
    'a lead': 200,
    'its other spelling': 200,
    'a type that it does not know': 200,
    'a lead during a rotation': 200,
    'a lead before a rotation': holdsBoth ? 200 : 400,
    'the older header alone': isGuide ? 200 : 400,
    'another secret': 400,
    'another body': 400,
    'no signature': 400,
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

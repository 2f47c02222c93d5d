/**
 * Was it the signature that was refused, or what it signs? An endpoint that answers a right signature
 * otherwise than a wrong one knows which is which: it accepted the signature, and refused the content.
 */
import type { Probe } from './events.ts'
import { type Finding, fault } from './finding.ts'
import type { Answer } from './post.ts'
import { answerText, isTaken, type Session } from './session.ts'
import { type Signed, signedHeaders, strangersSecret } from './signatures.ts'

/** What right and wrong signatures of the same content got. */
export interface ToldApart {
  right: Answer
  wrong: Answer
  /** How they differ; null: they do not, or not each time. */
  by: 'status' | 'body' | null
  /** A right one was taken after one was refused. */
  isUnsteady: boolean
}

/** Twice each, in turn: who fails now and then must not look like one who decides. */
export async function tellApart(session: Session, probe: Probe, body?: string): Promise<ToldApart> {
  const event = (): Signed => session.event(probe, body)
  const ofStranger = () => {
    const signed = event()
    return session.send(signed, signedHeaders(signed, strangersSecret(session.secret)))
  }
  const wrong = await ofStranger()
  const right = await session.send(event())
  const wrongAgain = await ofStranger()
  const rightAgain = await session.send(event())
  const isUnsteady = isTaken(right) || isTaken(rightAgain)
  const pairs = [
    [right, wrong],
    [rightAgain, wrongAgain],
  ] as const
  const isSteady =
    statusOf(right) === statusOf(rightAgain) && statusOf(wrong) === statusOf(wrongAgain)
  const differs = (of: (answer: Answer) => unknown) => pairs.every(([a, b]) => of(a) !== of(b))
  const sameText = textOf(right) === textOf(rightAgain) && textOf(wrong) === textOf(wrongAgain)
  const bySame = isSteady && sameText && differs(textOf) ? 'body' : null
  return { right, wrong, isUnsteady, by: isSteady && differs(statusOf) ? 'status' : bySame }
}

/** The signature was accepted; `id` is what was tried with it. */
export function contentRefused(id: string, { right, wrong, by }: ToldApart, what: string): Finding {
  const seen =
    by === 'status'
      ? `it ${answerText(right)}, and to a wrong one ${statusOf(wrong)}`
      : `its answer, ${quoted(right)}, is another than to a wrong one, ${quoted(wrong)}`
  const accepts =
    by === 'status' ? 'It accepts the signature' : 'It may be that it accepts the signature'
  const refuses = `and refuses ${what}: to a right signature ${seen}.`
  const said = by === 'status' && bodyOf(right) !== '' ? ` It says: ${quoted(right)}.` : ''
  return fault(id, `${accepts}, ${refuses}${said}`, contentMend(right))
}

const TAKE =
  'The secret is right. Answer 200 to an event that you can not use: what is refused is sent again and again.'

/** What to do about an answer of this status to what was signed right. */
function contentMend(answer: Answer): string {
  if (answer.kind !== 'answered')
    return 'The secret is right. See that every path of the handler answers.'
  const { status } = answer
  if (status === 401 || status === 403)
    return 'The secret may be right: something behind the signature refuses (a login, a list of addresses, a token). Leave the route out of it.'
  if (status === 409)
    return 'The secret is right. Answer 200 to what is there already, such as a customer with the same email.'
  if (status === 410)
    return 'The secret is right. 410 says that the endpoint is gone for good: answer 200 while it is not.'
  if (status === 413) return 'The secret is right. Raise the limit of the body to 128 KiB.'
  if (status === 503)
    return 'The secret is right. 503 says that it is not available: is what it needs running (database, queue)?'
  if (status >= 500)
    return 'The secret is right. What is done with the event fails: look into the log of your app.'
  if (status === 400 || status === 422)
    return `${TAKE} It may be the data of this check (Check Ann, check@example.com, an unknown chatbotId): then allow it while you test.`
  return TAKE
}

export function statusOf(answer: Answer): number | string {
  return answer.kind === 'answered' ? answer.status : 'no answer'
}

function bodyOf(answer: Answer): string {
  return answer.kind === 'answered' ? answer.body.trim() : ''
}

function textOf(answer: Answer): string {
  return `${statusOf(answer)} ${bodyOf(answer)}`
}

/** The beginning of an answer's body, on one line. */
export function quoted(answer: Answer): string {
  const text = bodyOf(answer).replace(/\s+/g, ' ')
  if (text === '') return 'an empty body'
  return `"${text.length > 160 ? `${text.slice(0, 160)}…` : text}"`
}

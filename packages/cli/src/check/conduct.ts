/** How an endpoint answers: in which shape, how fast, and to another method. */
import { advice, type Finding, fault, ok } from './finding.ts'
import type { Answer } from './post.ts'
import { answerText, type Session } from './session.ts'

const SLOW_MS = 5_000

export function findAcknowledgement(answer: Answer): Finding {
  const recommended = 'Answer 200 {"received":true}, as application/json.'
  if (answer.kind !== 'answered')
    return fault(
      'answer',
      `It answered before, and then ${answerText(answer)}.`,
      'Look into its log; it may be slow at times.',
    )
  const note = parseObject(answer.body)
  if (note === null)
    return advice(
      'answer',
      'Its answer is not a JSON object: delivered, but nothing says by whom.',
      recommended,
    )
  if (saysFailed(note)) {
    return fault(
      'answer',
      `It answers ${answer.status}, but its body says that it failed: ${answer.body.slice(0, 80)}`,
      'Answer 500 when it failed, so that we try again; else say {"received":true}.',
    )
  }
  return ok('answer', 'It acknowledges with a JSON object.')
}

export function findSpeed({ durationsMs }: Session): Finding {
  const longest = Math.max(0, ...durationsMs)
  const said = `Its slowest answer took ${longest} ms`
  if (longest < SLOW_MS) return ok('time', `${said}.`)
  return advice('time', `${said}; at 30 s we give up.`, 'Answer first, work afterwards.')
}

export async function findMethod(session: Session): Promise<Finding> {
  const answer = await session.request('GET', {}, null)
  const isRight = answer.kind === 'answered' && answer.status === 405
  if (isRight && /\bPOST\b/i.test(answer.headers.allow ?? '')) {
    return ok('method', 'It answers another method with 405 and Allow: POST.')
  }
  const said =
    answer.kind === 'answered' ? `It answers GET with ${answer.status}` : 'It does not answer GET'
  return advice(
    'method',
    `${said}${isRight ? ', without Allow: POST' : ''}.`,
    '405 with Allow: POST tells who opens the URL that it is there. (A plain app.post answers 404, which is fine.)',
  )
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function saysFailed(note: Record<string, unknown>): boolean {
  return [note.received, note.ok, note.success].includes(false) || Boolean(note.error)
}

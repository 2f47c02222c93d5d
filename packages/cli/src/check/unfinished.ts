/** Checks that could not be finished, and why. What was not tried is never said to be right. */
import { leadProbe } from './events.ts'
import { advice, type Finding, fault } from './finding.ts'
import { RateLimited, type Session } from './session.ts'
import { statusOf } from './told-apart.ts'
import { zeroHeaders } from './zero.ts'

/** It answered 429, and went on to. */
export async function limited(
  session: Session,
  { retryAfterSeconds }: RateLimited,
): Promise<Finding> {
  const asked =
    retryAfterSeconds === null
      ? 'It says no Retry-After'
      : `Its Retry-After asks for ${retryAfterSeconds} s`
  const mend =
    'Let the check through its rate limit, or run it again later. Say Retry-After with 429: deliveries wait for so long.'
  const wrong = await wrongOnly(session)
  if (wrong !== null) {
    return fault(
      'rate-limit',
      `It answered 429 to request ${session.requests}, and a wrong signature now gets ${statusOf(wrong)}: it may accept the signature and limit who has a right one. The rest was not checked.`,
      mend,
    )
  }
  return fault(
    'rate-limit',
    `It limits how often it is asked: by request ${session.requests} it answers 429 to whatever is sent. ${asked}. The rest was not checked; so far: ${session.known}.`,
    mend,
  )
}

/** The answer to a wrong signature; null: limited, too. */
async function wrongOnly(session: Session) {
  try {
    const wrong = zeroHeaders(session)
    const event = session.event(leadProbe())
    return await session.send(event, wrong)
  } catch (error) {
    if (error instanceof RateLimited) return null
    throw error
  }
}

export function stopped({ requests, known, timeoutMs, durations }: Session): Finding {
  const longest = durations.length === 0 ? null : Math.max(...durations)
  const speed =
    longest === null
      ? `It had not answered once (it is given ${timeoutMs / 1000} s).`
      : `Its slowest answer took ${longest} ms.`
  return fault(
    'stopped',
    `The check was stopped after ${requests} answers; so far: ${known}. ${speed} The rest was not checked.`,
    'Run it to its end for a verdict: in seconds, --timeout is how long each answer is waited for.',
  )
}

export function waited({ waits }: Session): Finding {
  return advice(
    'rate-limit',
    `It limits how often it is asked (429): the check waited ${waits} time${waits === 1 ? '' : 's'}.`,
    'Deliveries are tried again after a 429, later than they could be. Allow what comes at busy times.',
  )
}

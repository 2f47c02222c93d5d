/**
 * Duty: says whether an endpoint is written as the guide says, by asking it: what it takes and what
 * it refuses names what it does. Invariant: only what was seen is claimed, and each fault comes with
 * what to change. Never: sends the secret, or follows a redirect.
 */
import { findAcknowledgement, findMethod, findSpeed } from './conduct.ts'
import { diagnose } from './diagnose.ts'
import { findDowngrade } from './downgrade.ts'
import { leadProbe } from './events.ts'
import { findBodies } from './find-bodies.ts'
import type { Finding, Report } from './finding.ts'
import { reach } from './reach.ts'
import { findRefusals, findScheme, STEADY } from './refusals.ts'
import { findRotation } from './rotation.ts'
import { isTaken, RateLimited, Session, type SessionOptions, Stopped } from './session.ts'
import { limited, stopped, waited } from './unfinished.ts'

export async function checkEndpoint(options: SessionOptions): Promise<Report> {
  const session = new Session(options)
  const findings: Finding[] = []
  const report = (checks: Report['checks']): Report => ({
    url: options.url.href,
    format: session.format,
    ok: findings.every(({ verdict }) => verdict !== 'fault'),
    checks,
    requests: session.requests,
    findings,
  })

  const found = (...more: Finding[]) => findings.push(...more)
  try {
    return report(await ask(session, found))
  } catch (error) {
    if (error instanceof RateLimited) found(await limited(session, error))
    else if (error instanceof Stopped) found(stopped(session))
    else throw error
    return report(null)
  }
}

/** In order; each finding is told as soon as it is known, for a check that is stopped. */
async function ask(
  session: Session,
  found: (...more: Finding[]) => void,
): Promise<Report['checks']> {
  const { answer, findings } = await reach(session)
  found(...findings)
  if (answer === null) return null
  if (!isTaken(answer)) {
    const { finding, goesOn } = await diagnose(session, answer)
    found(finding)
    if (!goesOn) {
      found(await findMethod(session))
      return null
    }
  }
  session.known = 'it takes a right signature'
  const scheme = await findScheme(session)
  for await (const finding of findRefusals(session, scheme)) {
    found(finding)
    if (finding.id === STEADY) return scheme
  }
  found(...(await findDowngrade(session, scheme)))
  found(...(await findRotation(session)))
  for await (const finding of findBodies(session, scheme)) found(finding)
  found(findAcknowledgement(await session.sendRight(leadProbe())))
  found(findSpeed(session))
  if (session.waits > 0) found(waited(session))
  found(await findMethod(session))
  return scheme
}

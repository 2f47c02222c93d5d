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
import { findRefusals, findScheme } from './refusals.ts'
import { findRotation } from './rotation.ts'
import { isTaken, Session, type SessionOptions } from './session.ts'

export async function checkEndpoint(options: SessionOptions): Promise<Report> {
  const session = new Session(options)
  const findings: Finding[] = []
  const report = (checks: Report['checks']): Report => ({
    url: options.url.href,
    ok: findings.every(({ verdict }) => verdict !== 'fault'),
    checks,
    requests: session.requests,
    findings,
  })

  const { answer, findings: reached } = await reach(session)
  findings.push(...reached)
  if (answer === null) return report(null)
  if (!isTaken(answer)) {
    findings.push(await diagnose(session, answer))
    findings.push(await findMethod(session))
    return report(null)
  }
  const scheme = await findScheme(session)
  findings.push(...(await findRefusals(session, scheme)))
  findings.push(...(await findDowngrade(session, scheme)))
  findings.push(...(await findRotation(session)))
  findings.push(...(await findBodies(session, scheme)))
  findings.push(findAcknowledgement(await session.sendRight(leadProbe())))
  findings.push(findSpeed(session))
  findings.push(await findMethod(session))
  return report(scheme)
}

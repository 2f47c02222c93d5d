/** The right signature was refused: signatures made in each wrong way are offered until one is taken. */
import { leadProbe, type Probe, richestProbe } from './events.ts'
import { type Finding, fault } from './finding.ts'
import type { Answer } from './post.ts'
import { GUIDE_HEADER_ZERO, MODERN_HEADER_ZERO } from './refusals.ts'
import { answerText, isTaken, type Session } from './session.ts'
import { type WrongSignature, wrongSignatures } from './signatures.ts'

export async function diagnose(session: Session, refused: Answer): Promise<Finding> {
  // First the body in which every wrong way shows; then the plain one, for who chokes on the first.
  const way = (await findWay(session, richestProbe())) ?? (await findWay(session, leadProbe()))
  const said = `It refuses a right signature (it ${answerText(refused)})`
  if (way) return fault('signature', `${said}, because it ${way.does}`, way.mend)
  if (refused.kind === 'answered' && refused.status >= 500) {
    return fault(
      'signature',
      `${said}: it fails before it decides, with whatever is sent.`,
      'Look into the log of your app.',
    )
  }
  return fault(
    'signature',
    `${said}, and every signature that is known to be made by mistake: most likely it holds another webhook's secret.`,
    'It may also be one that was rotated: copy the secret again, all of it. Then hash the raw body with HMAC-SHA1, as lower-case hex.',
  )
}

/** The wrong way whose signature the endpoint takes for this event; null: none. */
export async function findWay(session: Session, probe: Probe): Promise<WrongSignature | null> {
  const event = session.event(probe)
  const ways = wrongSignatures(event, session.secret)
  for (const way of ways) {
    const others = { ...GUIDE_HEADER_ZERO, ...MODERN_HEADER_ZERO }
    if (isTaken(await session.send(event, { ...others, [way.header]: way.value }))) return way
  }
  return null
}

/** The right signature was refused: signatures made in each wrong way are offered until one is taken. */
import { toCompare } from './compare.ts'
import { leadProbe, type Probe, richestProbe } from './events.ts'
import { type Finding, fault } from './finding.ts'
import type { Answer } from './post.ts'
import { answerText, isTaken, type Session } from './session.ts'
import { type Signed, type WrongSignature, wrongSignatures } from './signatures.ts'
import { contentRefused, quoted, statusOf, type ToldApart, tellApart } from './told-apart.ts'
import { zeroHeaders } from './zero.ts'

interface Diagnosis {
  finding: Finding
  /** It took a right one after all: the rest can be checked. */
  goesOn: boolean
}

export async function diagnose(session: Session, refused: Answer): Promise<Diagnosis> {
  session.known = `it ${answerText(refused)} to a right signature`
  const apart = await tellApart(session, leadProbe())
  if (apart.isUnsteady) return { finding: unsteady(refused), goesOn: true }
  const stop = (finding: Finding): Diagnosis => ({ finding, goesOn: false })
  if (isTaken(apart.wrong)) return stop(turnedRound(apart))
  if (apart.by === 'status') return stop(contentRefused('signature', apart, 'the content'))
  session.known = `it ${answerText(refused)} to a right signature, and ${statusOf(apart.wrong)} to a wrong one; signatures made by known mistakes were being tried`
  // First the body in which every wrong way shows; then the plain one, for who chokes on the first.
  const way = (await findWay(session, richestProbe())) ?? (await findWay(session, leadProbe()))
  const said = `It refuses a right signature (it ${answerText(refused)})`
  if (way) return stop(fault('signature', `${said}, because it ${way.does}`, way.mend))
  if (apart.by === 'body') return stop(contentRefused('signature', apart, 'the content'))
  return stop({
    ...unknown(refused, apart, said),
    compare: toCompare(session.event(leadProbe()), session),
  })
}

function unsteady(refused: Answer): Finding {
  return fault(
    'signature',
    `It ${answerText(refused)} to a right signature once, and took another one: it is not steady.`,
    'Look into its log: what failed that time? (A start that takes long, or a database that was away, may look like this.)',
  )
}

function turnedRound({ right, wrong }: ToldApart): Finding {
  return fault(
    'wrong-signature',
    `It takes a wrong signature (${statusOf(wrong)}) and refuses the right one (${statusOf(right)}): the comparison may be the wrong way round.`,
    'Go on when the signatures are equal; else answer 400.',
  )
}

/** No cause was found: what was seen, and what may be. */
function unknown(refused: Answer, { wrong }: ToldApart, said: string): Finding {
  const status = refused.kind === 'answered' ? refused.status : 0
  const alike = `a wrong one gets the same (${statusOf(wrong)}, ${quoted(wrong)})`
  if (status >= 500) {
    return fault(
      'signature',
      `${said}; ${alike}: it fails before it decides, with whatever is sent. Why does not show from here.`,
      status === 503 || status === 502 || status === 504
        ? `${status} is what a proxy answers whose app is not there, or an app that is not ready: is it running?`
        : 'Look into the log of your app.',
    )
  }
  const asksForLogin = refused.kind === 'answered' && refused.headers['www-authenticate']
  if (asksForLogin || status === 403 || status === 407) {
    return fault(
      'signature',
      `${said}; ${alike}. It may be that something before your handler refuses${asksForLogin ? ` (WWW-Authenticate: ${asksForLogin})` : ' (a login, a firewall, a CSRF check)'}, or the signature is another: from here that does not show.`,
      'Leave the route out of logins and CSRF checks. If your handler is reached, compare what it hashes with the lines below.',
    )
  }
  return fault(
    'signature',
    `${said}; ${alike}, and so does every signature that is known to be made by mistake. The cause is unknown: it may be another webhook's secret, one that was rotated, a way to sign that this check does not know, a clock that is wrong (webhook-timestamp), or content that is refused in the same words.`,
    'Copy the secret again, all of it. If it is the same, log what you hash and what you get, and compare with the lines below.',
  )
}

/** The wrong way whose signature the endpoint takes for this event; null: none. */
export async function findWay(session: Session, probe: Probe): Promise<WrongSignature | null> {
  const event = session.event(probe)
  const ways = wrongSignatures(event, session.secret, session.url)
  for (const way of ways) {
    if (isTaken(await offer(session, event, way)) && (await isTakenAgain(session, probe, way)))
      return way
  }
  return null
}

function offer(session: Session, event: Signed, { header, value }: WrongSignature) {
  return session.send(event, { ...zeroHeaders(session), [header]: value })
}

/** Once may be chance: an endpoint that takes each tenth request, whatever it is. */
async function isTakenAgain(session: Session, probe: Probe, way: WrongSignature) {
  const event = session.event(probe)
  const same = wrongSignatures(event, session.secret, session.url).find(
    ({ header, does }) => header === way.header && does === way.does,
  )
  return same !== undefined && isTaken(await offer(session, event, same))
}

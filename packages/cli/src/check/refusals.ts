/** Which header an endpoint checks, and whether it refuses what it must. */
import { GUIDE_SIGNATURE_HEADER, MODERN_SIGNATURE_HEADER } from '@chatzuri/webhooks/signature'
import { leadProbe } from './events.ts'
import { advice, type Finding, fault, ok, type Scheme } from './finding.ts'
import type { Answer } from './post.ts'
import { answerText, type HeaderChange, isTaken, type Session } from './session.ts'
import { quoted, statusOf, tellApart } from './told-apart.ts'
import { type Trial, trials, VERIFY } from './trials.ts'
import { zeroHeaders } from './zero.ts'

export async function findScheme(session: Session): Promise<Scheme> {
  const takes = async (change: HeaderChange) => {
    const answer = await session.send(session.event(leadProbe()), change)
    // Who fails now and then would look like one that wants both headers.
    if (isTaken(answer) || isDecided(answer)) return isTaken(answer)
    return isTaken(await session.send(session.event(leadProbe()), change))
  }
  if (await takes(zeroHeaders(session))) return 'nothing'
  const guide = await takes({ [MODERN_SIGNATURE_HEADER]: undefined })
  const modern = await takes({ [GUIDE_SIGNATURE_HEADER]: undefined })
  if (guide && modern) return 'either'
  if (guide) return 'guide'
  return modern ? 'modern' : 'both'
}

export async function* findRefusals(session: Session, scheme: Scheme): AsyncGenerator<Finding> {
  if (scheme === 'nothing') {
    yield await takesWrong(session)
    return
  }
  yield ok(
    'wrong-signature',
    `It takes the right signature (${SCHEME_WORDS[scheme]}), and refuses a wrong one.`,
  )
  for (const trial of trials(scheme)) yield judge(trial, await tryAll(session, trial))
  const unsteady = await findUnsteady(session)
  if (unsteady) yield unsteady
}

const CONTROLS = 3

/** Right signatures once more: who refuses them now may have refused the wrong ones for that reason. */
async function findUnsteady(session: Session): Promise<Finding | null> {
  const stranger = zeroHeaders(session)
  if (isTaken(await session.send(session.event(leadProbe()), stranger))) {
    return fault(
      STEADY,
      'It refused a wrong signature before, and takes one now: what is said above to be taken may be for that reason, whatever the signature. The rest was not checked.',
      'It may trust who signed right before (a session, an address), or not decide each time alike: verify each request.',
    )
  }
  const controls: Answer[] = []
  for (let count = 0; count < CONTROLS; count += 1)
    controls.push(await session.send(session.event(leadProbe())))
  const refused = controls.find((answer) => !isTaken(answer))
  if (refused === undefined) return null
  const times = controls.filter((answer) => !isTaken(answer)).length
  return fault(
    STEADY,
    `It took a right signature before, and now ${answerText(refused)} to one (${times} of ${CONTROLS}): what is said above may be for that reason, whatever the signature. The rest was not checked.`,
    'It may lock out who sends wrong signatures, or fail now and then: let the check through, look into the log, and run it again.',
  )
}

/** Of a finding after which nothing can be judged. */
export const STEADY = 'steady'

/** What the last variant got, or the first that was taken. */
async function tryAll(session: Session, { variants }: Trial): Promise<Answer> {
  let last: Answer | null = null
  for (const variant of variants) {
    const { event, change } = await variant(session)
    const answer = await session.send(event, change)
    if (isTaken(answer)) return answer
    // Of those that are refused, one that fails is worth telling.
    if (last === null || isDecided(last)) last = answer
  }
  if (last === null) throw new Error('a trial has a variant')
  return last
}

/** All signatures are answered 2xx: the bodies may still tell them apart. */
async function takesWrong(session: Session): Promise<Finding> {
  const { right, wrong, by } = await tellApart(session, leadProbe())
  if (by !== 'body')
    return fault(
      'wrong-signature',
      'It takes a wrong signature: it verifies nothing, or does not act on it.',
      VERIFY,
    )
  return fault(
    'wrong-signature',
    `It takes a wrong signature (${statusOf(wrong)}), though with another body, ${quoted(wrong)}, than a right one, ${quoted(right)}: it may verify, but the status says that all went well.`,
    'Answer 400 to a wrong signature: the status is what counts.',
  )
}

const SCHEME_WORDS: Record<Exclude<Scheme, 'nothing'>, string> = {
  guide: 'x-chatzuri-signature',
  modern: 'webhook-signature',
  either: 'either header',
  both: 'both headers at once',
}

function judge({ id, name, mend, harmless, perhaps }: Trial, answer: Answer): Finding {
  if (isTaken(answer)) {
    const said = `It takes ${name}.${perhaps === undefined ? '' : ` ${perhaps}`}`
    return harmless ? advice(id, said, mend) : fault(id, said, mend)
  }
  if (isDecided(answer)) return ok(id, `It refuses ${name} (${statusOf(answer)}).`)
  return advice(
    id,
    `It refuses ${name}, but it ${answerText(answer)}: it failed instead of deciding.`,
    answer.kind === 'answered'
      ? 'Look at type and length before comparing (crypto.timingSafeEqual throws on different lengths), and answer 400.'
      : 'See that every path of the handler answers: 400 to what it refuses.',
  )
}

function isDecided(answer: Answer): boolean {
  return answer.kind === 'answered' && answer.status < 500
}

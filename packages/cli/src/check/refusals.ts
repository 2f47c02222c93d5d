/** Which header an endpoint checks, and whether it refuses what it must. */
import { GUIDE_SIGNATURE_HEADER, MODERN_SIGNATURE_HEADER } from '@chatzuri/webhooks/signature'
import { leadProbe } from './events.ts'
import { advice, type Finding, fault, ok, type Scheme } from './finding.ts'
import type { Answer } from './post.ts'
import { answerText, type HeaderChange, isTaken, type Session } from './session.ts'
import { quoted, statusOf, tellApart } from './told-apart.ts'
import { type Trial, trials, VERIFY } from './trials.ts'
import { GUIDE_HEADER_ZERO, MODERN_HEADER_ZERO } from './zero.ts'

export async function findScheme(session: Session): Promise<Scheme> {
  const takes = async (change: HeaderChange) =>
    isTaken(await session.send(session.event(leadProbe()), change))
  if (await takes({ ...GUIDE_HEADER_ZERO, ...MODERN_HEADER_ZERO })) return 'nothing'
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
  const control = await session.send(session.event(leadProbe()))
  if (isTaken(control)) return
  yield fault(
    'steady',
    `It took a right signature before, and now ${answerText(control)} to one: what it refused above it may have refused for that reason, whatever the signature.`,
    'It may lock out who sends wrong signatures, or fail now and then: let the check through, and run it again.',
  )
}

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
    'Look at type and length before comparing (crypto.timingSafeEqual throws on different lengths), and answer 400.',
  )
}

function isDecided(answer: Answer): boolean {
  return answer.kind === 'answered' && answer.status < 500
}

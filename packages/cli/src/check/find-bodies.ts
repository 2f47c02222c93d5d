/** Bodies that are signed right and must be taken: what customers type, what we send, and repeats. */
import { toCompare } from './compare.ts'
import { findWay } from './diagnose.ts'
import {
  bodyOf,
  leadProbe,
  longestProbe,
  numbersProbe,
  type Probe,
  richestProbe,
  sparseProbe,
  TEXTS,
  unknownProbe,
} from './events.ts'
import type { Scheme } from './finding.ts'
import { advice, type Finding, fault, ok } from './finding.ts'
import { answerText, isTaken, type Session } from './session.ts'
import { signedHeaders, type WrongSignature } from './signatures.ts'
import { contentRefused, tellApart } from './told-apart.ts'

export async function* findBodies(session: Session, scheme: Scheme): AsyncGenerator<Finding> {
  yield* await findTexts(session, scheme)
  yield await findRaw(session, scheme)
  const sparse = await session.sendRight(sparseProbe())
  yield isTaken(sparse)
    ? ok('empty-fields', 'It takes a lead of which only the email is known.')
    : fault(
        'empty-fields',
        `It ${answerText(sparse)} to a lead of which only the email is known.`,
        'What a customer did not give is "": take it.',
      )
  yield await findRepeat(session)
  const unknown = await session.sendRight(unknownProbe())
  const isKind = isTaken(unknown)
  yield isKind
    ? ok('unknown-type', 'It ignores an event type that it does not know, kindly.')
    : fault(
        'unknown-type',
        `It ${answerText(unknown)} to an event type that it does not know: we would send it again and again.`,
        'Answer 200 to what you do not need.',
      )
  if (isKind) yield* await findNumbers(session, scheme)
  yield await findLimit(session, isKind ? unknownProbe() : leadProbe())
}

async function findTexts(session: Session, scheme: Scheme): Promise<Finding[]> {
  const failed: { name: string; text: string; said: string }[] = []
  for (const { name, text } of TEXTS) {
    const answer = await session.sendRight(leadProbe(text))
    if (!isTaken(answer)) failed.push({ name, text, said: answerText(answer) })
  }
  const [first] = failed
  if (!first) {
    const names = TEXTS.map(({ name }) => name).join('; ')
    return [ok('text', `It takes every customer's name: ${names}.`)]
  }
  const names = failed.map(({ name }) => name).join('; ')
  const message = `It ${first.said} to names with ${names}`
  if (scheme === 'nothing') return [fault('text', `${message}.`, LETTERS)]
  const apart = await tellApart(session, leadProbe(first.text))
  if (apart.by === 'status')
    return [{ ...contentRefused('text', apart, `names with ${names}`), mend: LETTERS }]
  const way = await findTextWay(session, first.text)
  if (way) return [fault('text', `${message}, because it ${way.does}`, way.mend)]
  if (apart.by === 'body')
    return [{ ...contentRefused('text', apart, `names with ${names}`), mend: LETTERS }]
  const unknown = fault(
    'text',
    `${message}, as to a wrong signature. The cause is unknown: it may read or write the text otherwise before it hashes it.`,
    'Hash the raw bytes of the body, before anything reads them.',
  )
  return [{ ...unknown, compare: toCompare(session.event(leadProbe(first.text)), session) }]
}

const LETTERS =
  'Customers are called so: take all of Unicode (UTF-8 in the database, utf8mb4 in MySQL), and answer 200 to what you can not keep.'

/** The richest text tells apart what the first that failed may not. */
async function findTextWay(session: Session, text: string): Promise<WrongSignature | null> {
  return (await findWay(session, richestProbe())) ?? findWay(session, leadProbe(text))
}

/** A body with white space, which we never send: who hashes the bytes and who re-serialises differ. */
async function findRaw(session: Session, scheme: Scheme): Promise<Finding> {
  if (scheme === 'nothing') return ok('raw-body', 'What it hashes is unknown: it verifies nothing.')
  const compact = bodyOf(leadProbe(), session.format)
  const spaced = compact.replace(/^\{("\w+":)/, '{ $1 ')
  const event = session.event(leadProbe(), spaced)
  if (isTaken(await session.send(event))) return ok('raw-body', 'It hashes the raw bytes.')
  const reserialised = signedHeaders({ ...event, body: compact }, session.secret)
  if (isTaken(await session.send(event, reserialised))) {
    return ok(
      'raw-body',
      'It hashes the parsed body, serialised again: for our bodies that is the same text.',
    )
  }
  return ok('raw-body', 'It hashes something that is the same for our bodies.')
}

async function findRepeat(session: Session): Promise<Finding> {
  const event = session.event(leadProbe())
  await session.send(event)
  const again = await session.send(event)
  if (!isTaken(again)) {
    return fault(
      'repeat',
      `It ${answerText(again)} to a repeat: we would send it again and again.`,
      'Answer 200 to a webhook-id that you have seen.',
    )
  }
  const says = again.kind === 'answered' && /duplicate|ignored|skipped|already/i.test(again.body)
  return ok(
    'repeat',
    says
      ? 'It takes a repeat, and says that it is one.'
      : 'It takes a repeat. Does it drop it by webhook-id? From here that does not show.',
  )
}

async function findNumbers(session: Session, scheme: Scheme): Promise<Finding[]> {
  const answer = await session.sendRight(numbersProbe())
  if (isTaken(answer) || scheme === 'nothing') return []
  const apart = await tellApart(session, numbersProbe())
  if (apart.by !== null) {
    const { message } = contentRefused('numbers', apart, 'numbers such as 1e-7')
    return [advice('numbers', message, 'Leads hold no numbers; events of your own may.')]
  }
  return [
    advice(
      'numbers',
      `It ${answerText(answer)} to numbers such as 1e-7, as to a wrong signature: it may re-serialise the body in a language that writes numbers differently.`,
      'Hash the raw bytes. Leads hold no numbers; events of your own may.',
    ),
  ]
}

async function findLimit(session: Session, base: Probe): Promise<Finding> {
  const answer = await session.sendRight(longestProbe(base, session.format))
  if (isTaken(answer)) return ok('body-limit', 'It takes the longest body that we send (100 KiB).')
  const isLimit = answer.kind !== 'answered' || answer.status === 413
  return fault(
    'body-limit',
    `It ${answerText(answer)} to the longest body that we send (100 KiB).${isLimit ? '' : ' It may be a limit of the body, or of one text in it.'}`,
    "Raise the limit: express.json({ limit: '128kb' }), client_max_body_size 1m in nginx.",
  )
}

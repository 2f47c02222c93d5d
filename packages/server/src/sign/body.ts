/** The body of an attempt: the same bytes each time, made of what was accepted and of its shape. */
import { assert } from '../errors.ts'
import { BODY_BYTES_MAX, bodyText } from '../event.ts'
import type { Unmade } from '../outcome.ts'
import type { Claim, Shaped } from '../store/road.ts'
import { chatBody } from '../wants/chat/chat.ts'
import { formatBody } from '../wants/formats.ts'
import { see } from '../wants/see.ts'
import type { JsonValue } from '../wants/seen-event.ts'
import type { Shape } from '../wants/shape.ts'
import { parseTemplate, type Template, TooLarge } from '../wants/template/template.ts'

export type Bodied = Pick<Claim, 'eventId' | 'chatbotId' | 'eventType' | 'payload' | 'shaped'>

export interface Body {
  bytes: Buffer
  contentType: string
  /** Of the guide's header. */
  signature: 'sha1' | 'sha256'
}

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'
/** Shapes that were read, by their text: each is made by hand, so they are few. */
const SHAPES_MAX = 1_000
const shapes = new Map<string, ReadShape>()
const ANY_TYPE = ['*']

interface ReadShape extends Omit<Shape, 'template'> {
  template: Template
}

export function makeBody(claim: Bodied): Body | Unmade {
  const { shaped } = claim
  if (!shaped) {
    return { bytes: Buffer.from(bodyText(claim)), contentType: JSON_TYPE, signature: 'sha1' }
  }
  const shape = shapeOf(shaped.shape)
  const text = makeText(shape, claim, shaped)
  if (text === null) {
    const unmade = `What the template makes of it would have more than ${BODY_BYTES_MAX} bytes, which is the most that is sent`
    return { unmade }
  }
  const bytes = Buffer.from(text)
  if (bytes.length > BODY_BYTES_MAX) {
    return {
      unmade: `The body that is made of it would have ${bytes.length} bytes; at most ${BODY_BYTES_MAX} are sent`,
    }
  }
  const contentType = shape.templateType === 'form' ? FORM_TYPE : JSON_TYPE
  return { bytes, contentType, signature: shape.format === 'event' ? 'sha256' : 'sha1' }
}

/** Null: a template that makes too much of it. */
function makeText(shape: ReadShape, claim: Bodied, { acceptedAt, lead }: Shaped): string | null {
  const { format, include, chatbotName, template } = shape
  if (format === 'guide' || format === 'agent' || format === 'event') {
    return formatBody(format, { ...claim, acceptedAt, lead }, include)
  }
  const payload = JSON.parse(claim.payload) as JsonValue
  const event = see({ ...claim, payload, chatbotName, acceptedAt, lead })
  if (format !== 'template') return chatBody(format, event)
  try {
    return template(event)
  } catch (error) {
    if (error instanceof TooLarge) return null
    throw error
  }
}

function shapeOf(text: string): ReadShape {
  let read = shapes.get(text)
  if (!read) {
    const shape = JSON.parse(text) as Shape // by shapeText
    read = { ...shape, template: templateOf(shape) }
    if (shapes.size >= SHAPES_MAX) shapes.clear()
    shapes.set(text, read)
  }
  return read
}

/** Checked when it was saved, for the types that were subscribed to then: here any will do. */
function templateOf({ template, templateType }: Shape): Template {
  if (template === null) return () => ''
  const parsed = parseTemplate(template, templateType, ANY_TYPE)
  assert(parsed.ok, 'a template that was saved can be read')
  return parsed.template
}

/** What a webhook says of its bodies, and of which events it wants: its settings, as they come in. */
import { z } from 'zod'
import { parseFilter } from '../../wants/filter.ts'
import type { JsonValue } from '../../wants/seen-event.ts'
import { FORMATS, INCLUDES } from '../../wants/shape.ts'
import { TEMPLATE_BYTES_MAX } from '../../wants/template/template.ts'

/** Bytes of UTF-8. */
export const FILTER_BYTES_MAX = 16 * 1024

export const format = z.enum(FORMATS).meta({
  description:
    "What the body looks like. `guide`: the guide's form, `{eventType, chatbotId, payload}`; `agent` and `event`: its later forms (`event` is signed by HMAC-SHA256, as `sha256=…`); `slack`, `teams`, `discord`, `google-chat`: a message for an incoming webhook of that service; `template`: your own. Deliveries keep the form that their webhook had when their event was accepted.",
})

export const template = z
  .string()
  .superRefine((given, context) => {
    if (Buffer.byteLength(given) <= TEMPLATE_BYTES_MAX) return
    const message = `must have at most ${TEMPLATE_BYTES_MAX} bytes`
    context.addIssue({ code: 'custom', message })
  })
  .nullable()
  .meta({
    description:
      'With the format `template`, and only there: JSON with placeholders such as `{{payload.customerName}}` inside its texts; or, with `templateType` `form`, a line `name=text` for each field. No place for secrets: whoever sees the webhook sees it.',
    documentAs: { type: ['string', 'null'], maxLength: TEMPLATE_BYTES_MAX },
    examples: ['{"text":"{{payload.customerName}} wrote"}'],
  })

export const templateType = z.enum(['json', 'form']).meta({
  description: '`form`: sent as `application/x-www-form-urlencoded`.',
})

export const include = z
  .array(z.enum(INCLUDES))
  .superRefine((given, context) => {
    for (const [index, name] of given.entries()) {
      if (given.indexOf(name) === index) continue
      context.addIssue({ code: 'custom', path: [index], message: `is \`${name}\` a second time` })
    }
  })
  .meta({
    description:
      "What of a lead is sent beside the guide's four fields, as further keys: the owner's own fields, where it came from, and what its visitor agreed to. Templates and filters see all of it always.",
    uniqueItems: true,
  })

export const filter = z
  .custom<JsonValue>((given) => given !== undefined)
  .superRefine((given, context) => {
    if (given === null) return
    const refuse = (message: string, path: (string | number)[]) =>
      context.addIssue({ code: 'custom', message, path })
    if (Buffer.byteLength(JSON.stringify(given)) > FILTER_BYTES_MAX) {
      refuse(`must have at most ${FILTER_BYTES_MAX} bytes as JSON`, [])
      return
    }
    const parsed = parseFilter(given)
    if (!parsed.ok) refuse(parsed.message, parsed.steps)
  })
  .meta({
    description:
      'Which events are sent, of those that are subscribed to; null: all. It mirrors the event: `{"payload":{"customerPhone":{"exists":true}}}`.',
    documentAs: { type: ['object', 'null'], additionalProperties: true },
    examples: [{ payload: { customerPhone: { exists: true } } }],
  })

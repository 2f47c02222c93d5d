/** What of a webhook's settings must fit together: format, template and event types. */
import type { WebhookChange } from '../../../store/desk.ts'
import { parseTemplate } from '../../../wants/template/template.ts'
import type { WebhookSettings } from '../../../webhook.ts'
import { invalidInput } from '../../shapes/error-answer.ts'

type Wants = Pick<WebhookSettings, 'format' | 'template' | 'templateType' | 'eventTypes'>

/** Throws a refusal. */
export function refuseUnfitWants({ format, template, templateType, eventTypes }: Wants): void {
  if (format !== 'template') {
    if (template === null && templateType === 'json') return
    if (template === null) {
      const message = `\`templateType\` goes with the format \`template\`, and this one is \`${format}\``
      throw invalidInput([{ path: 'templateType', message }])
    }
    const message = `\`template\` goes with the format \`template\`, and this one is \`${format}\``
    throw invalidInput([{ path: 'template', message }])
  }
  if (template === null || template.trim() === '') {
    const message = '`template` is required with the format `template`'
    throw invalidInput([{ path: 'template', message }])
  }
  const parsed = parseTemplate(template, templateType, eventTypes)
  if (parsed.ok) return
  const message = `\`template\`, line ${parsed.line}, column ${parsed.column}: ${parsed.message}`
  throw invalidInput([{ path: 'template', message }])
}

/** Who leaves the format `template` leaves the template, too. */
export function withoutOldTemplate(change: WebhookChange, stored: Wants): WebhookChange {
  const format = change.format ?? stored.format
  if (format === 'template' || change.template !== undefined) return change
  return { ...change, template: null, templateType: change.templateType ?? 'json' }
}

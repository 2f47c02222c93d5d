/** What to do about a failure, or about a doubtful answer, as the API shows it. */
import { z } from 'zod'
import { type Cure, type CureContext, cureOf, type Seen } from '../../cure.ts'
import type { Attempt } from '../../delivery.ts'
import type { Webhook } from '../../webhook.ts'

const cureSchema = z
  .object({
    code: z.string().meta({
      description:
        'A stable word for the cause, like `redirect`, `refused`, `tls_expired`, `method` or `web_page`. There may be new ones.',
      examples: ['redirect'],
    }),
    cause: z.string().meta({ description: 'What it means. Holds no data of anybody.' }),
    text: z.string().meta({ description: 'What to do. Holds no data of anybody.' }),
    action: z
      .object({
        kind: z.literal('use-url'),
        url: z.string().meta({
          description: 'What to `PATCH` as the `url` of the webhook. Taken from the answer.',
        }),
      })
      .nullable()
      .meta({
        description: 'What a program can do about it, once a person agreed; null: nothing.',
      }),
  })
  .meta({ id: 'Cure', description: 'What came back means, and what to do about it.' })

export const CURE_EXAMPLE: Cure = {
  code: 'redirect_https',
  cause: 'The endpoint takes https only, and sends on whoever comes with http.',
  text: 'Give the webhook the same URL with https.',
  action: { kind: 'use-url', url: 'https://shop.example/hooks/leads' },
}

export const cureField = cureSchema.nullable().meta({
  description: 'What to do about it. Null: it was taken, and nothing is doubtful about it.',
})

interface CureSubject {
  attempt: (Seen & Pick<Attempt, 'startedAt'>) | undefined
  /** Null: it was deleted. */
  webhook: Pick<Webhook, 'kind' | 'url' | 'updatedAt'> | null
  reader: CureContext['reader']
}

export function presentCure({ attempt, webhook, reader }: CureSubject): Cure | null {
  if (attempt === undefined) return null
  return cureOf(attempt, {
    url: webhook === null || webhook.kind === 'listen' ? null : webhook.url,
    wasChanged: webhook !== null && webhook.updatedAt > attempt.startedAt,
    reader,
  })
}

/**
 * Owner links: an operator sends one to a chatbot's owner, who signs in with it once. The token is in
 * the URL's fragment, which no browser sends and so no log holds.
 */
import { z } from 'zod'
import { drawToken, hashToken } from '../../access/token.ts'
import type { ApiDeps } from '../../deps.ts'
import { defineRoute, type Route } from '../../route.ts'
import { notFound } from '../../shapes/error-answer.ts'
import { CREATION_KEY } from '../../shapes/idempotency-key.ts'
import { isoAt } from '../../shapes/present.ts'
import { EXAMPLE_IDS, idFilter, isoTime } from '../../shapes/schemas.ts'
import { CREATION_ERRORS, onceFor, refuseRepeat, refuseSecondLook } from '../changing/creation.ts'

/** Long enough to be handed over in a chat; who sends it by mail asks for more. */
const LIFE_SECONDS_DEFAULT = 15 * 60
const LIFE_SECONDS_MIN = 60
const LIFE_SECONDS_MAX = 24 * 3600

const newLinkSchema = z
  .strictObject({
    chatbotId: idFilter('chatbot'),
    expiresInSeconds: z
      .int()
      .min(LIFE_SECONDS_MIN)
      .max(LIFE_SECONDS_MAX)
      .exactOptional()
      .meta({ description: 'Until it must be used.', default: LIFE_SECONDS_DEFAULT }),
  })
  .meta({ id: 'OwnerLinkCreate' })

const linkSchema = z
  .object({ url: z.string().meta({ description: 'Shown this once.' }), expiresAt: isoTime })
  .meta({ id: 'OwnerLink' })

export function ownerLinkRoutes({ store, ids, random, config }: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/api/v1/owner-links',
      operationId: 'createOwnerLink',
      tag: 'Access',
      summary: "Make a link by which a chatbot's owner signs in",
      description:
        'It can be used once, and gives a session that is limited to this chatbot. Revoking the key that made it ends it, and the session.',
      access: 'operator',
      audit: 'owner_link.created',
      headers: [CREATION_KEY],
      body: { schema: newLinkSchema, example: { chatbotId: EXAMPLE_IDS.chatbot } },
      answer: {
        status: 201,
        description: 'The link.',
        schema: linkSchema,
        example: {
          url: 'https://hooks.example/sign-in#link=czl_bGluay1mb3ItdGhlLWRvY3VtZW50YXRp',
          expiresAt: '2026-09-14T09:45:12.345Z',
        },
      },
      // It can be used, not looked at; and headers are logged where bodies aren't.
      location: null,
      errors: ['chatbot_not_found', 'already_created', ...CREATION_ERRORS],
      async handle({ body, caller, audit, request }) {
        const { chatbotId, expiresInSeconds = LIFE_SECONDS_DEFAULT } = body
        const token = drawToken('link', random)
        const id = ids.next('link')
        const lifeMs = expiresInSeconds * 1000
        const once = onceFor(request, chatbotId, body)
        const mintedBy = caller?.mintedBy ?? ''
        const made = await store.createOwnerLink(
          { id, chatbotId, hash: hashToken(token), mintedBy, lifeMs, once },
          audit({ targetId: id, chatbotId }),
        )
        if (made === 'chatbot_not_found') throw notFound('chatbot')
        refuseRepeat(made)
        refuseSecondLook(made, id)
        return {
          url: `${config.publicUrl}/sign-in#link=${token}`,
          expiresAt: isoAt(made.expiresAt),
        }
      },
    }),
  ]
}

/** The shape that a webhook's new deliveries get (wants/shape.ts), kept in the commit that changes it. */
import { type Include, shapeId, shapeText } from '../../../wants/shape.ts'
import type { WebhookRow } from '../../reading/rows.ts'
import type { WebhookColumns } from '../../reading/settings-columns.ts'
import { updateOf } from './statements.ts'
import { answerOf, type DeskTransaction, rowOf, type Steps } from './transaction.ts'

type ShapeColumns = Pick<WebhookColumns, 'format' | 'template' | 'template_type' | 'include'>

/** Returns its id; null: the guide's form. */
export function keepShape(
  tx: DeskTransaction,
  { format, template, template_type: templateType, include }: ShapeColumns,
  chatbotName: string,
): string | null {
  const included = JSON.parse(include) as Include[] // by settings-columns.ts
  const text = shapeText({ format, template, templateType, include: included }, chatbotName)
  if (text === null) return null
  const id = shapeId(text)
  tx.send(KEEP, [id, text, tx.now])
  return id
}

/** From now on its age counts (prune): deliveries may have it still. */
export function leaveShape(tx: DeskTransaction, id: string | null): void {
  if (id !== null) tx.send(TOUCH, [tx.now, id])
}

/** A chatbot has another name now: new deliveries tell it, those that are there keep the old one. */
export function* renameInShapes(
  tx: DeskTransaction,
  { id: chatbotId, name }: { id: string; name: string },
): Steps<void> {
  const shaped = yield* answerOf(tx.query<{ id: string }>(SHAPED_OF, [chatbotId]))
  for (const { id } of shaped) {
    yield* answerOf(
      tx.changeWebhook(id, function* (before): Steps<WebhookRow> {
        const shape = keepShape(tx, before, name)
        if (shape === before.shape) return before
        leaveShape(tx, before.shape)
        return yield* rowOf<WebhookRow>(tx, SET_SHAPE, [id, shape])
      }),
    )
  }
}

const KEEP = `INSERT INTO shapes (id, body, touched_at) VALUES ($1, $2, $3)
  ON CONFLICT (id) DO UPDATE SET touched_at = excluded.touched_at`
const TOUCH = 'UPDATE shapes SET touched_at = $1 WHERE id = $2'
const SHAPED_OF = 'SELECT id FROM webhooks WHERE chatbot_id = $1 AND shape IS NOT NULL ORDER BY id'
const SET_SHAPE = updateOf('webhooks', ['shape'])

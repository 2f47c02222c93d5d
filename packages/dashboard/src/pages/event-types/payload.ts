import { texts } from '../../texts/texts.ts'

type ReadPayload =
  | { payload: Record<string, unknown>; fault: null }
  | { payload: null; fault: string }

const { notJson, notObject } = texts.eventTypes.publish

/** A JSON object, or the sentence that says why it is none. */
export function readPayload(text: string): ReadPayload {
  try {
    const payload: unknown = JSON.parse(text)
    if (isObject(payload)) return { payload, fault: null }
    return { payload: null, fault: notObject }
  } catch (error) {
    return { payload: null, fault: notJson(error instanceof Error ? error.message : '') }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

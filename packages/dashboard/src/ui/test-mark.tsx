import { texts } from '../texts/texts.ts'

/** It was sent by hand: it counts for nothing. */
export function TestMark() {
  return (
    <span className="rounded-md border border-line px-1.5 text-xs text-soft">
      {texts.deliveries.test}
    </span>
  )
}

import { Fragment } from 'react'

/** A URL breaks where its parts end, before it breaks within a word. */
export function Breakable({ text }: { text: string }) {
  const parts = text.match(/[^/?&=]*[/?&=]*/g) ?? []
  return parts.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name, and never move
    <Fragment key={index}>
      {part}
      <wbr />
    </Fragment>
  ))
}

import { useSyncExternalStore } from 'react'
import { texts } from '../texts/texts.ts'
import { Button } from './button.tsx'

const STORED = 'dense'
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function isStored(): boolean {
  return localStorage.getItem(STORED) !== null
}

/** Whether rows are as low as they can be; kept from visit to visit. */
export function useIsDense(): boolean {
  return useSyncExternalStore(subscribe, isStored)
}

export function DensityButton() {
  const isDense = useIsDense()
  const change = () => {
    if (isDense) localStorage.removeItem(STORED)
    else localStorage.setItem(STORED, '')
    for (const listener of listeners) listener()
  }
  return (
    <Button aria-pressed={isDense} onClick={change}>
      {isDense ? texts.ui.roomyRows : texts.ui.denseRows}
    </Button>
  )
}

/** Nobody loses what was typed without having been asked: neither by a link, nor by closing the tab. */
import { useEffect, useRef } from 'react'
import { useBlocker } from 'react-router'

interface UnsavedGuard {
  isAsking: boolean
  stay(): void
  leave(): void
}

/** Given as a navigation's state by who has said that what was typed may go. */
export const LEAVING = { isLeaving: true }

export function useUnsavedGuard(isChanged: boolean): UnsavedGuard {
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      isChanged &&
      currentLocation.pathname !== nextLocation.pathname &&
      nextLocation.state?.isLeaving !== true,
  )
  const hasLeft = useRef(false)
  useEffect(() => {
    if (!isChanged) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [isChanged])
  return {
    isAsking: blocker.state === 'blocked',
    stay: () => {
      // The dialog closes after a "leave" too: that must not call it back.
      if (blocker.state === 'blocked' && !hasLeft.current) blocker.reset()
    },
    leave: () => {
      hasLeft.current = true
      blocker.proceed?.()
    },
  }
}

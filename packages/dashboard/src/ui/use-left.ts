import { useState } from 'react'

/**
 * Whether a field was left: time to say what is wrong with it. Not in the middle of the click by which
 * it was left, since what is said moves whatever stands below, and the click would miss.
 */
export function useLeft(): { hasLeft: boolean; onBlur(): void } {
  const [hasLeft, setHasLeft] = useState(false)
  const tell = () => setHasLeft(true)
  return {
    hasLeft,
    onBlur: () => {
      if (document.querySelector(':active') === null) return tell()
      window.addEventListener('pointerup', () => requestAnimationFrame(tell), { once: true })
    },
  }
}

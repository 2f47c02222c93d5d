import { useRef } from 'react'

/**
 * For a dialog that is opened by state: who had the focus before gets it back; if that
 * is gone, such as an empty page's first button, one goes on at the page's title.
 */
export function useReturnFocus() {
  const before = useRef<Element | null>(null)
  return {
    onOpenAutoFocus: () => {
      before.current = document.activeElement
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault()
      const opener = before.current
      const isThere = opener instanceof HTMLElement && opener !== document.body
      const place = isThere && opener.isConnected ? opener : document.querySelector('h1')
      place?.focus({ preventScroll: true })
    },
  }
}

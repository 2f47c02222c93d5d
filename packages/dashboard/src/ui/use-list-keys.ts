import { useEffect } from 'react'

/** What a row's link carries, so that keys find it. */
export const ROW_LINK = { 'data-row-link': true } as const

const TYPING = 'input, textarea, select, [contenteditable="true"], [role="menu"], [role="dialog"]'

/**
 * Keys of a page with a list: `/` goes to its search, `j` and `k` from row to row, Enter opens the one
 * with the focus, as of any link. Never while one types, nor with a key that is the browser's.
 */
export function useListKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      const { target } = event
      if (target instanceof Element && target.closest(TYPING)) return
      if (document.querySelector('[role="dialog"]')) return
      if (event.key === '/') {
        const field = document.querySelector<HTMLInputElement>('main input[type="search"]')
        if (!field) return
        event.preventDefault()
        field.focus()
        field.select()
      }
      if (event.key === 'j') moveBy(1)
      if (event.key === 'k') moveBy(-1)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}

function moveBy(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row-link]')]
  const at = rows.findIndex((row) => row.contains(document.activeElement))
  const first = step > 0 ? 0 : rows.length - 1
  const next = at < 0 ? first : Math.max(0, Math.min(at + step, rows.length - 1))
  rows[next]?.focus()
  // Below the head of the table, which stays.
  rows[next]?.closest('tr, li')?.scrollIntoView({ block: 'nearest' })
}

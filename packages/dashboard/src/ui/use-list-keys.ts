import { useEffect } from 'react'

/** What a row's link carries, so that keys find it. */
export const ROW_LINK = { 'data-row-link': true } as const

const TYPING =
  'input:not([type="checkbox"]), textarea, select, [contenteditable="true"], [role="menu"], [role="dialog"]'

/**
 * Keys of a page with a list: `/` goes to its search, `j` and `k` from row to row, Enter opens the one
 * with the focus, as of any link, `x` ticks it, `?` shows them. Never while one types, nor with a key that is the browser's.
 */
export function useListKeys(onHelp: () => void): void {
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
      if (event.key === 'x') tick()
      if (event.key === '?') onHelp()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [onHelp])
}

function moveBy(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row-link]')]
  const here = rowOf(document.activeElement)
  const at = here ? rows.findIndex((row) => rowOf(row) === here) : -1
  const first = step > 0 ? 0 : rows.length - 1
  const next = at < 0 ? first : Math.max(0, Math.min(at + step, rows.length - 1))
  rows[next]?.focus()
  // Below the head of the table, which stays.
  rowOf(rows[next] ?? null)?.scrollIntoView({ block: 'nearest' })
}

function tick(): void {
  rowOf(document.activeElement)?.querySelector<HTMLInputElement>('input[type="checkbox"]')?.click()
}

/** A line of the table, or a card. */
function rowOf(element: Element | null): Element | null {
  return element?.closest('main tr, main li') ?? null
}

import { useSearchParams } from 'react-router'
import { atFirstPage } from './pagination.tsx'

export interface Filters<Name extends string> {
  /** Null: not filtered by it. */
  filters: Record<Name, string | null>
  activeCount: number
  /** `replace`: no step of its own for the browser's back button, as while one types. */
  change(part: Partial<Record<Name, string | null>>, options?: { replace?: boolean }): void
  clear(): void
}

/** In the address: a link shows what one sees. Another filter begins with the newest again. */
export function useFilters<Name extends string>(names: readonly Name[]): Filters<Name> {
  const [parameters, setParameters] = useSearchParams()
  const entries = names.map((name) => [name, parameters.get(name) || null] as const)
  const change: Filters<Name>['change'] = (part, { replace = false } = {}) => {
    const set = (given: URLSearchParams) => {
      const next = atFirstPage(given)
      for (const name of names) {
        const value = part[name]
        if (value === undefined) continue
        if (value === null || value === '') next.delete(name)
        else next.set(name, value)
      }
      return next
    }
    setParameters(set, { replace, preventScrollReset: true })
  }
  const clear = () => {
    setParameters((given) => {
      const next = atFirstPage(given)
      for (const name of names) next.delete(name)
      return next
    })
  }
  return {
    filters: Object.fromEntries(entries) as Record<Name, string | null>,
    activeCount: entries.filter(([, value]) => value !== null).length,
    change,
    clear,
  }
}

import type { PageSpec } from '../../app/page.ts'

/** Reached from its deliveries and its lead; a list of events would be that of deliveries again. */
export const page: PageSpec = {
  views: { ':id': () => import('./event.tsx') },
}

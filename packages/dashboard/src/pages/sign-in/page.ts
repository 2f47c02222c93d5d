import type { PageSpec } from '../../app/page.ts'

export const page: PageSpec = {
  isPublic: true,
  views: { '': () => import('./sign-in.tsx') },
}

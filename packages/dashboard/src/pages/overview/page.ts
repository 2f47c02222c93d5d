import type { PageSpec } from '../../app/page.ts'
import { texts } from '../../texts/texts.ts'

export const page: PageSpec = {
  navigation: { label: texts.overview.navigation, icon: 'overview', order: 10 },
  views: { '': () => import('./overview.tsx') },
}

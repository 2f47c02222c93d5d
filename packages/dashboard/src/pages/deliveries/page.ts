import type { PageSpec } from '../../app/page.ts'
import { texts } from '../../texts/texts.ts'

export const page: PageSpec = {
  navigation: { label: texts.deliveries.navigation, icon: 'deliveries', order: 30 },
  views: {
    '': () => import('./deliveries.tsx'),
    ':id': () => import('./delivery.tsx'),
  },
}

import type { PageSpec } from '../../app/page.ts'
import { texts } from '../../texts/texts.ts'

export const page: PageSpec = {
  navigation: { label: texts.webhooks.navigation, icon: 'webhooks', order: 20 },
  views: {
    '': () => import('./webhooks.tsx'),
    ':id': () => import('./webhook.tsx'),
  },
}

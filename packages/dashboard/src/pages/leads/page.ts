import type { PageSpec } from '../../app/page.ts'
import { texts } from '../../texts/texts.ts'

export const page: PageSpec = {
  navigation: { label: texts.leads.navigation, icon: 'leads', order: 40 },
  views: {
    '': () => import('./leads.tsx'),
    ':id': () => import('./lead.tsx'),
  },
}

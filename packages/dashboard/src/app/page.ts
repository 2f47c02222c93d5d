/** What a page's folder says of itself: `pages/NAME/page.ts`. Its name is the path's first segment. */
import type { ComponentType } from 'react'
import type { Session } from '../api/session.ts'
import type { IconName } from '../ui/icon.tsx'

export interface PageSpec {
  /** In the navigation; without: reached from elsewhere. */
  navigation?: {
    label: string
    icon: IconName
    /** From the top. 10, 20, …: room for what comes later. */
    order: number
    /** Who sees it; default: everybody. */
    for?: Session['kind']
  }
  /** Reached without a session, and shown without the frame. */
  isPublic?: boolean
  /** Path below the folder's own ("" is the folder itself, ":id" …) to the view, loaded when needed. */
  views: Record<string, () => Promise<{ default: ComponentType }>>
}

export interface NamedPage extends PageSpec {
  /** `/webhooks`; the overview's is `/`. */
  path: string
}

const START_PAGE = 'overview'

const specs = import.meta.glob<{ page: PageSpec }>('../pages/*/page.ts', { eager: true })

export const PAGES: readonly NamedPage[] = Object.entries(specs)
  .map(([file, { page }]) => {
    const folder = file.split('/').at(-2) ?? ''
    return { ...page, path: folder === START_PAGE ? '/' : `/${folder}` }
  })
  .sort((one, other) => (one.navigation?.order ?? 0) - (other.navigation?.order ?? 0))

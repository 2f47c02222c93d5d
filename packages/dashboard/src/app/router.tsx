import { createBrowserRouter, type RouteObject } from 'react-router'
import { LoadingScreen } from './loading-screen.tsx'
import { NotFound } from './not-found.tsx'
import { type NamedPage, PAGES } from './page.ts'
import { RouteError } from './route-error.tsx'
import { Shell } from './shell.tsx'

export function createRouter() {
  const isPublic = (page: NamedPage) => page.isPublic === true
  return createBrowserRouter([
    {
      ErrorBoundary: RouteError,
      HydrateFallback: LoadingScreen,
      children: [
        ...PAGES.filter(isPublic).flatMap(viewRoutes),
        {
          Component: Shell,
          children: [
            {
              // Inside of the shell: the navigation stays when a page breaks.
              ErrorBoundary: RouteError,
              children: [
                ...PAGES.filter((page) => !isPublic(page)).flatMap(viewRoutes),
                { path: '*', Component: NotFound },
              ],
            },
          ],
        },
      ],
    },
  ])
}

function viewRoutes({ path, views }: NamedPage): RouteObject[] {
  return Object.entries(views).map(([below, load]) => ({
    path: below === '' ? path : `${path === '/' ? '' : path}/${below}`,
    lazy: async () => ({ Component: (await load()).default }),
  }))
}

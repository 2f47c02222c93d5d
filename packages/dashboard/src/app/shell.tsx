/** The frame around every page: who is signed in, where one can go, and what changes meanwhile. */
import { useQuery } from '@tanstack/react-query'
import { Navigate, Outlet, ScrollRestoration, useLocation, useNavigation } from 'react-router'
import { type Session, sessionQuery } from '../api/session.ts'
import { LiveUpdates } from '../live/live-updates.tsx'
import { texts } from '../texts/texts.ts'
import { ErrorState } from '../ui/error-state.tsx'
import { ChatbotProvider } from './chatbot-choice.tsx'
import { LoadingScreen } from './loading-screen.tsx'
import { SideBar, TopBar } from './navigation.tsx'
import { OfflineBanner } from './offline-banner.tsx'
import { SessionProvider } from './session.tsx'

const MAIN = 'content'

export function Shell() {
  const session = useQuery(sessionQuery)
  const { pathname, search } = useLocation()
  if (session.isPending) return <LoadingScreen />
  if (session.isError) {
    return (
      <main className="mx-auto max-w-xl p-6">
        <ErrorState error={session.error} onRetry={session.refetch} />
      </main>
    )
  }
  if (session.data === null) {
    const here = `${pathname}${search}`
    return (
      <Navigate
        to={here === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(here)}`}
        replace
      />
    )
  }
  return <Frame session={session.data} />
}

function Frame({ session }: { session: Session }) {
  return (
    <SessionProvider session={session}>
      <LiveUpdates>
        <ChatbotProvider>
          <a
            href={`#${MAIN}`}
            className="fixed top-2 left-2 z-60 -translate-y-16 rounded-control bg-accent-fill px-3 py-2 text-on-accent focus:translate-y-0"
          >
            {texts.shell.skip}
          </a>
          <NavigationProgress />
          <div className="min-h-dvh lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]">
            <SideBar />
            <div className="min-w-0">
              <TopBar />
              <OfflineBanner />
              <main
                id={MAIN}
                tabIndex={-1}
                className="mx-auto max-w-7xl px-4 py-4 outline-none sm:px-6 sm:py-5"
              >
                <Outlet />
              </main>
            </div>
          </div>
          <ScrollRestoration />
        </ChatbotProvider>
      </LiveUpdates>
    </SessionProvider>
  )
}

/** While a page's code is fetched. */
function NavigationProgress() {
  const isLoading = useNavigation().state === 'loading'
  if (!isLoading) return null
  return <div className="fixed inset-x-0 top-0 z-60 h-0.5 animate-shimmer bg-accent" />
}

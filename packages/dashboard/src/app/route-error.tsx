import { useEffect, useState } from 'react'
import { useRouteError } from 'react-router'
import { serverBack } from '../live/server-back.ts'
import { texts } from '../texts/texts.ts'
import { Button } from '../ui/button.tsx'
import { CodeBlock } from '../ui/code-block.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { LoadingScreen } from './loading-screen.tsx'
import { isMissingCode, reloadIfNewer } from './newer-version.ts'

const words = texts.errors

/** A page that threw, or whose code could not be loaded. */
export function RouteError() {
  const error = useRouteError()
  if (isMissingCode(error)) return <MissingCode />
  return (
    <Told title={words.brokenTitle} description={words.broken}>
      <CodeBlock
        code={error instanceof Error ? error.message : String(error)}
        label={words.details}
        wrap
      />
    </Told>
  )
}

const RELOADED = 'reloadedAt'
const AGAIN_AFTER_MS = 60_000

/** A page whose code is missing for good isn't loaded over and over. */
function mayReload(): boolean {
  const last = Number(sessionStorage.getItem(RELOADED) ?? 0)
  if (Date.now() - last < AGAIN_AFTER_MS) return false
  sessionStorage.setItem(RELOADED, String(Date.now()))
  return true
}

/** Most likely the server was updated meanwhile, or is away. */
function MissingCode() {
  const [isLeft, setIsLeft] = useState(false)
  useEffect(() => {
    let isOver = false
    void reloadIfNewer().then(async (reloads) => {
      if (reloads || isOver) return
      setIsLeft(true)
      // It was away: the page is loaded as soon as it is back, but only once if that doesn't help.
      await serverBack()
      if (!isOver && mayReload()) location.reload()
    })
    return () => {
      isOver = true
    }
  }, [])
  if (!isLeft) return <LoadingScreen label={words.updating} />
  return <Told title={words.title} description={words.codeMissing} />
}

interface ToldProps {
  title: string
  description: string
  children?: React.ReactNode
}

function Told({ title, description, children }: ToldProps) {
  return (
    <main className="mx-auto max-w-2xl p-6">
      <PageHeader
        title={title}
        description={description}
        actions={
          <Button variant="primary" icon="refresh" onClick={() => location.reload()}>
            {words.reload}
          </Button>
        }
      />
      {children}
    </main>
  )
}

import { useEffect, useState } from 'react'
import { useRouteError } from 'react-router'
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

/** Most likely the server was updated meanwhile. */
function MissingCode() {
  const [isLeft, setIsLeft] = useState(false)
  useEffect(() => {
    void reloadIfNewer().then((reloads) => setIsLeft(!reloads))
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

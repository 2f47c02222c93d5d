import { useRouteError } from 'react-router'
import { texts } from '../texts/texts.ts'
import { Button } from '../ui/button.tsx'
import { CodeBlock } from '../ui/code-block.tsx'
import { PageHeader } from '../ui/page-header.tsx'

/** A page that threw, or whose code is no longer on the server because that was updated. */
export function RouteError() {
  const error = useRouteError()
  const message = error instanceof Error ? error.message : String(error)
  const isOutdated = /dynamically imported module|preload/i.test(message)
  const { brokenTitle, broken, updatedTitle, updated, reload, details } = texts.errors
  return (
    <main className="mx-auto max-w-2xl p-6">
      <PageHeader
        title={isOutdated ? updatedTitle : brokenTitle}
        description={isOutdated ? updated : broken}
        actions={
          <Button variant="primary" icon="refresh" onClick={() => location.reload()}>
            {reload}
          </Button>
        }
      />
      {!isOutdated && <CodeBlock code={message} label={details} wrap />}
    </main>
  )
}

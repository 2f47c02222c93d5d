import { texts } from '../texts/texts.ts'
import { ButtonLink } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'

export function NotFound() {
  const { notFoundTitle, notFoundHere, notFound, toStart } = texts.errors
  return (
    <>
      <PageHeader title={notFoundTitle} />
      <Card>
        <EmptyState
          icon="search"
          title={notFoundHere}
          action={
            <ButtonLink variant="primary" to="/">
              {toStart}
            </ButtonLink>
          }
        >
          {notFound}
        </EmptyState>
      </Card>
    </>
  )
}

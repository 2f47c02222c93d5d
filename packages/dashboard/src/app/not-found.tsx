import { texts } from '../texts/texts.ts'
import { ButtonLink } from '../ui/button.tsx'
import { PageHeader } from '../ui/page-header.tsx'

export function NotFound() {
  const { notFoundTitle, notFound, toStart } = texts.errors
  return (
    <>
      <PageHeader title={notFoundTitle} description={notFound} />
      <ButtonLink to="/">{toStart}</ButtonLink>
    </>
  )
}

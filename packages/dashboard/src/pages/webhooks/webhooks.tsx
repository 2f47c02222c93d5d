import { PageHeader } from '../../ui/page-header.tsx'

export default function Stub() {
  return <PageHeader title="Stub" />
}

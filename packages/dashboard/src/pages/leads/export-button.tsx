import { useMutation } from '@tanstack/react-query'
import { asFailure } from '../../api/api-failure.ts'
import { type LeadFilter, leadsExportPath } from '../../api/leads.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { useToasts } from '../../ui/toasts.tsx'

/**
 * All that the filter finds, not only the page. The browser saves it as it comes, however much it is,
 * and says itself when it breaks off; what the server would refuse is asked before, since a download
 * tells nobody why it failed.
 */
export function ExportButton({ filter }: { filter: LeadFilter }) {
  const { showToast } = useToasts()
  const exporting = useMutation({
    mutationFn: () => leadsExportPath(filter),
    onSuccess: (path) => {
      save(path)
      showToast({ tone: 'good', message: texts.leads.exported })
    },
    onError: (error) => {
      const message = texts.leads.exportFailed(asFailure(error).message)
      showToast({ tone: 'bad', message })
    },
  })
  return (
    <Button icon="download" busy={exporting.isPending} onClick={() => exporting.mutate()}>
      {texts.leads.export}
    </Button>
  )
}

/** The answer names the file. */
function save(path: string) {
  const link = document.createElement('a')
  link.href = path
  link.download = ''
  link.click()
}

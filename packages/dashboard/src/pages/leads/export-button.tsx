import { useMutation } from '@tanstack/react-query'
import { asFailure } from '../../api/api-failure.ts'
import { exportLeads, type LeadFilter } from '../../api/leads.ts'
import type { FileAnswer } from '../../api/request.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { useToasts } from '../../ui/toasts.tsx'

/** Long enough for every browser to have begun to save it. */
const SAVED_AFTER_MS = 60_000

/**
 * All that the filter finds, not only the page. It is read here rather than by a link to it: a link
 * would save an error, or half a file, without a word.
 */
export function ExportButton({ filter }: { filter: LeadFilter }) {
  const { showToast } = useToasts()
  const exporting = useMutation({
    mutationFn: () => exportLeads(filter),
    onSuccess: (file) => {
      save(file)
      showToast({ tone: 'good', message: texts.leads.exported(file.name) })
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

function save({ name, content }: FileAnswer) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), SAVED_AFTER_MS)
}

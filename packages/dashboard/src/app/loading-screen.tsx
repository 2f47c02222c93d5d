import { texts } from '../texts/texts.ts'
import { Spinner } from '../ui/spinner.tsx'

/** Before anything is known: neither who is signed in, nor the page's code. A `label` is seen, too. */
export function LoadingScreen({ label }: { label?: string }) {
  return (
    <div
      role="status"
      className="grid min-h-dvh place-content-center justify-items-center gap-3 text-soft"
    >
      <Spinner />
      {label ? <p>{label}</p> : <span className="sr-only">{texts.shell.loading}</span>}
    </div>
  )
}

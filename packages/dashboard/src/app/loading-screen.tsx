import { texts } from '../texts/texts.ts'
import { Spinner } from '../ui/spinner.tsx'

/** Before anything is known: neither who is signed in, nor the page's code. */
export function LoadingScreen() {
  return (
    <div role="status" className="grid min-h-dvh place-items-center text-soft">
      <span className="sr-only">{texts.shell.loading}</span>
      <Spinner />
    </div>
  )
}

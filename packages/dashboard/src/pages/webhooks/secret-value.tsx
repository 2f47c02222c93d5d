import { texts } from '../../texts/texts.ts'
import { CopyValue } from '../../ui/copy-value.tsx'

/** Shown only where somebody asked for it, or has just made it. */
export function SecretValue({ secret }: { secret: string }) {
  return <CopyValue value={secret} copyLabel={texts.webhooks.secret.copy} />
}

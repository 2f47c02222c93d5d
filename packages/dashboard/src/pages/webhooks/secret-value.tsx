import { texts } from '../../texts/texts.ts'
import { CopyButton } from '../../ui/copy-button.tsx'

/** Shown only where somebody asked for it, or has just made it. */
export function SecretValue({ secret }: { secret: string }) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <code className="min-w-0 flex-1 basis-56 rounded-control border border-line bg-sunken px-3 py-1.5 font-mono text-sm break-all">
        {secret}
      </code>
      <CopyButton text={secret} label={texts.webhooks.secret.copy} />
    </div>
  )
}

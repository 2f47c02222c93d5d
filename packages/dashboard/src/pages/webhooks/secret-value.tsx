import { useState } from 'react'
import { texts } from '../../texts/texts.ts'
import { IconButton } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'

/** Covered until somebody asks for it: others may look at the screen. */
export function SecretValue({ secret }: { secret: string }) {
  const [isShown, setIsShown] = useState(false)
  const { reveal, hide, copy } = texts.webhooks.secret
  return (
    <div className="flex flex-wrap items-center gap-2">
      <code className="min-w-0 flex-1 basis-56 truncate rounded-control border border-line bg-sunken px-3 py-1.5 font-mono text-sm">
        {isShown ? secret : '•'.repeat(secret.length)}
      </code>
      <span className="flex gap-1">
        <IconButton
          icon="eye"
          label={isShown ? hide : reveal}
          aria-pressed={isShown}
          onClick={() => setIsShown((before) => !before)}
        />
        <CopyButton text={secret} label={copy} />
      </span>
    </div>
  )
}

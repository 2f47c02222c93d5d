import { useEffect, useState } from 'react'
import { texts } from '../texts/texts.ts'
import { Button } from './button.tsx'
import { useToasts } from './toasts.tsx'

const SHOWN_MS = 2_000

interface CopyButtonProps {
  text: string
  /** What is copied, where "Copy" alone would not say it. */
  label?: string
  className?: string
}

/** Says that it worked in the button itself, and to those who hear the page. */
export function CopyButton({ text, label = texts.ui.copy, className }: CopyButtonProps) {
  const [copied, setCopied] = useState(false)
  const { showToast } = useToasts()
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () => {
    // Without https there is no clipboard, except on localhost.
    const written = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('none'))
    written.then(
      () => setCopied(true),
      () => showToast({ tone: 'bad', message: texts.ui.copyFailed }),
    )
  }
  return (
    <Button
      size="sm"
      icon={copied ? 'check' : 'copy'}
      onClick={copy}
      {...(className ? { className } : {})}
    >
      <span aria-live="polite">{copied ? texts.ui.copied : label}</span>
    </Button>
  )
}

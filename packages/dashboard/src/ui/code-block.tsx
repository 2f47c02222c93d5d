import { classNames } from './class-names.ts'
import { CopyButton } from './copy-button.tsx'

interface CodeBlockProps {
  code: string
  /** What it is: "Receiver for Express". */
  label: string
  /** Lines break instead of running out of sight. */
  wrap?: boolean
  /** A file's name, or what else stands in the bar above. */
  caption?: string
}

export function CodeBlock({ code, label, wrap = false, caption }: CodeBlockProps) {
  return (
    <figure className="overflow-hidden rounded-control border border-line bg-sunken">
      <figcaption className="flex min-h-9 items-center justify-between gap-3 border-b border-line py-1 pr-1 pl-3.5 text-sm text-soft">
        <span className="truncate">{caption ?? label}</span>
        <CopyButton text={code} />
      </figcaption>
      {/* It scrolls sideways, so the keyboard must reach it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region */}
      <section aria-label={label} tabIndex={0} className="max-h-96 overflow-auto -outline-offset-2">
        <pre
          className={classNames(
            'px-3.5 py-3 font-mono text-sm leading-5',
            wrap && 'whitespace-pre-wrap [overflow-wrap:anywhere]',
          )}
        >
          <code>{code}</code>
        </pre>
      </section>
    </figure>
  )
}

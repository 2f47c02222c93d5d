import { CopyButton } from './copy-button.tsx'

/** One line to take along: a secret, a key, a link. */
export function CopyValue({ value, copyLabel }: { value: string; copyLabel: string }) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <code className="min-w-0 flex-1 basis-56 rounded-control border border-line bg-sunken px-3 py-1.5 font-mono text-sm break-all">
        {value}
      </code>
      <CopyButton text={value} label={copyLabel} />
    </div>
  )
}

import { useState } from 'react'
import { prettyJson } from '../format/pretty-json.ts'
import { texts } from '../texts/texts.ts'
import { CodeBlock } from './code-block.tsx'
import { Segmented } from './segmented.tsx'

type Shape = 'pretty' | 'raw'

/** What went over the wire. JSON is shown in lines at first; raw is every byte as it was. */
export function BodyView({ body, label }: { body: string; label: string }) {
  const [shape, setShape] = useState<Shape>('pretty')
  const pretty = prettyJson(body)
  if (pretty === null) return <CodeBlock code={body} label={label} wrap />
  return (
    <div className="grid gap-2">
      <div>
        <Segmented<Shape>
          label={texts.ui.bodyShape}
          value={shape}
          onChange={setShape}
          options={[
            { value: 'pretty', label: texts.ui.pretty },
            { value: 'raw', label: texts.ui.raw },
          ]}
        />
      </div>
      <CodeBlock code={shape === 'pretty' ? pretty : body} label={label} wrap />
    </div>
  )
}

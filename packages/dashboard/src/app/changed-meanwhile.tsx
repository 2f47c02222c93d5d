/** What somebody else changed while one was typing: who, when, and field by field what to keep. */
import type { Error as ErrorAnswer } from '../api/schema.ts'
import { texts } from '../texts/texts.ts'
import { Button } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { isSame } from './merged-draft.ts'
import type { MergedDraft } from './use-merged-draft.ts'

const words = texts.meanwhile

interface ChangedMeanwhileProps<Draft extends object> {
  merged: MergedDraft<Draft>
  /** Null: the server didn't say; it was seen before one has saved. */
  changed: NonNullable<ErrorAnswer['changed']> | null
  labels: Record<keyof Draft, string>
  /** In words; undefined: there is nothing to show of it. */
  show(name: keyof Draft, draft: Draft): string
}

export function ChangedMeanwhile<Draft extends object>(props: ChangedMeanwhileProps<Draft>) {
  const { merged, changed, labels } = props
  const { collisions, followed } = merged
  if (collisions.length === 0 && changed === null) return null
  const others = followed.map((name) => labels[name]).join(', ')
  return (
    <Notice tone="warn" title={titleOf(changed)}>
      <div role="status" className="grid gap-3">
        {changed?.at && (
          <p>
            <TimeAgo at={changed.at} />
          </p>
        )}
        {collisions.map(({ name }) => (
          <Choice key={String(name)} {...props} name={name} />
        ))}
        {others !== '' && <p>{words.followed(others)}</p>}
        <p>{collisions.length > 0 ? words.next : words.again}</p>
      </div>
    </Notice>
  )
}

function Choice<Draft extends object>({
  merged,
  labels,
  show,
  name,
}: ChangedMeanwhileProps<Draft> & { name: keyof Draft }) {
  const { draft, collisions, choose } = merged
  const found = collisions.find((one) => one.name === name)
  if (!found) return null
  const isTheirs = found.isChosen && isSame(draft[name], found.theirs)
  const isMine = found.isChosen && !isTheirs
  const value = (of: Draft[keyof Draft]) => show(name, { ...draft, [name]: of })
  return (
    <section aria-label={labels[name]} className="grid gap-1.5">
      <h3 className="font-medium">{labels[name]}</h3>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 whitespace-pre-wrap">
        <dt className="text-soft">{words.mine}</dt>
        <dd>{value(found.mine)}</dd>
        <dt className="text-soft">{words.theirs}</dt>
        <dd>{value(found.theirs)}</dd>
      </dl>
      <div className="flex flex-wrap gap-2">
        <Button size="sm" aria-pressed={isMine} onClick={() => choose(name, 'mine')}>
          {words.keepMine}
        </Button>
        <Button size="sm" aria-pressed={isTheirs} onClick={() => choose(name, 'theirs')}>
          {words.takeTheirs}
        </Button>
        <span className="self-center text-soft">
          {isTheirs ? words.isTheirs : isMine ? words.isMine : words.choose}
        </span>
      </div>
    </section>
  )
}

function titleOf(changed: ErrorAnswer['changed'] | null): string {
  if (!changed) return words.bySomebody
  if (changed.you) return words.byYou
  if (changed.name !== null) return words.byKey(changed.name)
  if (changed.by?.startsWith('link_')) return words.byOwner
  return changed.by === null ? words.bySomebody : words.byOperator
}

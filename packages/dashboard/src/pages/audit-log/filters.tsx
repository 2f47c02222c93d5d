import { useQuery } from '@tanstack/react-query'
import { apiKeysQuery } from '../../api/access.ts'
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { useSession } from '../../app/session.tsx'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { actorName, ROOT } from './names.ts'
import { ACTIONS, isEmptySpan, type useFilter } from './use-filter.ts'

const { filter: words, actions } = texts.auditLog

export function Filters({ filter, set, isFiltered }: ReturnType<typeof useFilter>) {
  const { kind } = useSession()
  const { chatbotId } = useChatbot()
  const { data: keys = [] } = useQuery(apiKeysQuery(kind === 'operator' ? null : chatbotId))
  const known = [...(kind === 'operator' ? [ROOT] : []), ...keys.map(({ id }) => id)]
  const { actor } = filter
  const actors = actor === null || known.includes(actor) ? known : [...known, actor]
  return (
    <search aria-label={words.label} className="flex flex-wrap items-end gap-3">
      <div className="basis-full sm:min-w-40 sm:flex-1 sm:basis-0 sm:max-w-56">
        <SelectField
          label={words.action}
          value={filter.action ?? ''}
          onChange={({ target }) =>
            set({ action: ACTIONS.find((one) => one === target.value) ?? null })
          }
        >
          <option value="">{words.anyAction}</option>
          {ACTIONS.map((action) => (
            <option key={action} value={action}>
              {actions[action]}
            </option>
          ))}
        </SelectField>
      </div>
      <div className="basis-full sm:min-w-40 sm:flex-1 sm:basis-0 sm:max-w-56">
        <SelectField
          label={words.actor}
          value={actor ?? ''}
          onChange={({ target }) => set({ actor: target.value })}
        >
          <option value="">{words.anyActor}</option>
          {actors.map((one) => (
            <option key={one} value={one}>
              {actorName(one, keys)}
            </option>
          ))}
        </SelectField>
      </div>
      <div className="min-w-32 flex-1 sm:min-w-36 sm:max-w-44">
        <TextField
          type="date"
          label={words.from}
          value={filter.from ?? ''}
          onChange={({ target }) => set({ from: target.value })}
        />
      </div>
      <div className="min-w-32 flex-1 sm:min-w-36 sm:max-w-44">
        <TextField
          type="date"
          label={words.to}
          value={filter.to ?? ''}
          error={isEmptySpan(filter) ? words.emptySpan : null}
          onChange={({ target }) => set({ to: target.value })}
        />
      </div>
      {isFiltered && (
        <Button
          variant="quiet"
          icon="cross"
          onClick={() => set({ action: null, actor: null, from: null, to: null })}
        >
          {words.clear}
        </Button>
      )}
    </search>
  )
}

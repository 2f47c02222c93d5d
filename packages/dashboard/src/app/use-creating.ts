import { useLocation, useNavigate, useSearchParams } from 'react-router'

export interface Creating {
  /** The form is open. */
  isOpen: boolean
  /** It was created, and what is shown of it once stays until it is closed. */
  isMade: boolean
  open(): void
  /** From here on no way back leads to the form, which would be an empty one. */
  made(): void
  close(): void
}

const FORM = 'create'
const MADE = 'created'

/**
 * `?create` opens the dialog at once: others lead here with it. It has a place of its own in the
 * history, so that Back closes it; and closing it, or finishing, leaves nothing of the form behind.
 */
export function useCreating(): Creating {
  const [parameters] = useSearchParams()
  const { state } = useLocation()
  const navigate = useNavigate()
  const isOpened = state?.isOpened === true
  const go = (name: typeof FORM | typeof MADE | null, replace: boolean) => {
    const next = new URLSearchParams(parameters)
    next.delete(FORM)
    next.delete(MADE)
    if (name !== null) next.set(name, '')
    const options = { replace, state: name === null ? null : { isOpened: !replace || isOpened } }
    void navigate({ search: next.toString() }, options)
  }
  return {
    isOpen: parameters.has(FORM),
    isMade: parameters.has(MADE),
    open: () => go(FORM, false),
    made: () => go(MADE, true),
    close: () => {
      if (isOpened) void navigate(-1)
      else go(null, true)
    },
  }
}

import { useSearchParams } from 'react-router'

/** `?create` opens the dialog at once: others lead here with it. */
export function useCreating(): [boolean, (creating: boolean) => void] {
  const [parameters, setParameters] = useSearchParams()
  const set = (creating: boolean) => {
    setParameters(creating ? { create: '' } : {}, { replace: true })
  }
  return [parameters.has('create'), set]
}

/** With a key, or with the link that an owner was sent (`/sign-in#link=…`). */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useLocation, useNavigate, useSearchParams } from 'react-router'
import { asFailure } from '../../api/api-failure.ts'
import { sessionQuery, signIn } from '../../api/session.ts'
import icon from '../../app/icon.svg'
import { tidyContact } from '../../format/typed-text.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Spinner } from '../../ui/spinner.tsx'

export default function SignIn() {
  const { start, isPending, error } = useSignIn()
  const link = useLink(start)
  const isLinkPending = link !== null && error === null
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <title>{texts.shell.title(texts.signIn.title)}</title>
      <div className="grid w-full max-w-sm gap-6">
        <header className="grid justify-items-center gap-3 text-center">
          <img src={icon} alt="" className="size-11" />
          <div>
            <h1 className="text-2xl font-semibold">{texts.shell.product}</h1>
            <p className="text-soft">{texts.signIn.intro}</p>
          </div>
        </header>
        {isLinkPending ? (
          <p role="status" className="flex items-center justify-center gap-2 text-soft">
            <Spinner />
            {texts.signIn.withLink}
          </p>
        ) : (
          <KeyForm start={start} isPending={isPending} error={error} isAfterLink={link !== null} />
        )}
      </div>
    </main>
  )
}

/** The link that is being tried. A second one may come into the same tab: only the hash changes then. */
function useLink(start: (credentials: { link: string }) => void): string | null {
  const navigate = useNavigate()
  const { hash, pathname, search } = useLocation()
  const [taken, setTaken] = useState<string | null>(null)
  const begun = useRef<string | null>(null)
  const given = new URLSearchParams(hash.slice(1)).get('link')
  useEffect(() => {
    // Once, even when React mounts twice: a link is good for one use only.
    if (given === null || begun.current === given) return
    begun.current = given
    setTaken(given)
    // It leaves the address bar at once: it must not stay in the history or in a screenshot.
    void navigate(pathname + search, { replace: true })
    start({ link: given })
  }, [given, navigate, pathname, search, start])
  return given ?? taken
}

function useSignIn() {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [parameters] = useSearchParams()
  const { mutate, isPending, error } = useMutation({
    mutationFn: signIn,
    onSuccess: async (session) => {
      client.clear()
      client.setQueryData(sessionQuery.queryKey, session)
      await navigate(safeNext(parameters.get('next')), { replace: true })
    },
  })
  return { start: mutate, isPending, error }
}

interface KeyFormProps {
  start(credentials: { key: string }): void
  isPending: boolean
  error: Error | null
  isAfterLink: boolean
}

function KeyForm({ start, isPending, error, isAfterLink }: KeyFormProps) {
  const [key, setKey] = useState('')
  const [isShown, setIsShown] = useState(false)
  const [isMissing, setIsMissing] = useState(false)
  const [parameters] = useSearchParams()
  const [hasTried, setHasTried] = useState(false)
  const failure = error && asFailure(error)
  const isWrong = failure?.statusCode === 401 && hasTried
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setIsMissing(tidyContact(key) === '')
    if (tidyContact(key) === '' || isPending) return
    setHasTried(true)
    start({ key: tidyContact(key) })
  }
  return (
    <form
      noValidate
      onSubmit={submit}
      className="grid gap-4 rounded-card border border-line bg-surface p-5 shadow-xs"
    >
      {parameters.has('next') && !failure && <Notice tone="info">{texts.signIn.expired}</Notice>}
      {isAfterLink && !hasTried && <Notice tone="bad">{texts.signIn.linkFailed}</Notice>}
      <TextField
        label={texts.signIn.key}
        hint={texts.signIn.keyHint}
        error={isMissing ? texts.signIn.missingKey : isWrong ? texts.signIn.wrongKey : null}
        type={isShown ? 'text' : 'password'}
        value={key}
        onChange={(event) => setKey(event.target.value)}
        autoComplete="current-password"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        className="font-mono"
      />
      {failure && failure.statusCode !== 401 && <Notice tone="bad">{failure.message}</Notice>}
      <div className="flex items-center justify-between gap-2">
        <Button variant="quiet" icon="eye" onClick={() => setIsShown((before) => !before)}>
          {isShown ? texts.signIn.hide : texts.signIn.show}
        </Button>
        <Button variant="primary" type="submit" busy={isPending}>
          {texts.signIn.submit}
        </Button>
      </div>
    </form>
  )
}

/** Only a path of our own: nobody is led elsewhere by a crafted address. */
function safeNext(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : '/'
}

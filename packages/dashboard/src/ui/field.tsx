/** A form's fields: label, control, hint and error, tied together for those who hear the page. */
import { type ComponentProps, type ReactNode, useId } from 'react'
import { texts } from '../texts/texts.ts'
import { classNames } from './class-names.ts'
import { Icon } from './icon.tsx'

interface FieldFrame {
  label: string
  /** It is only read out: in a row of a list, whose place says what it is. */
  labelHidden?: boolean | undefined
  hint?: ReactNode
  /** Null or empty: nothing is wrong. */
  error?: string | null | undefined
  optional?: boolean
}

interface Ids {
  id: string
  describedBy: string | undefined
  invalid: true | undefined
}

const CONTROL =
  'block w-full rounded-control border bg-surface text-ink placeholder:text-soft/80 shadow-xs transition-colors'

function controlClass(invalid: boolean, className?: string): string {
  return classNames(CONTROL, invalid ? 'border-bad' : 'border-line-strong/60', className)
}

/** For controls of one's own; `children` gets the ids that tie it to its label and messages. */
function Field({
  label,
  labelHidden = false,
  hint,
  error,
  optional,
  children,
}: FieldFrame & { children: (ids: Ids) => ReactNode }) {
  const id = useId()
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ')
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className={labelHidden ? 'sr-only' : 'text-sm font-medium'}>
        {label}
        {optional && <span className="font-normal text-soft"> ({texts.ui.optional})</span>}
      </label>
      {children({ id, describedBy: described || undefined, invalid: error ? true : undefined })}
      {error && (
        <div id={`${id}-error`}>
          <FieldError message={error} />
        </div>
      )}
      {hint && (
        <div id={`${id}-hint`} className="text-sm text-soft">
          {hint}
        </div>
      )}
    </div>
  )
}

/** Read out when it appears. */
export function FieldError({ message }: { message: string }) {
  return (
    <p role="alert" className="flex items-start gap-1.5 text-sm text-bad">
      <span className="mt-0.75">
        <Icon name="warning" size="sm" />
      </span>
      {message}
    </p>
  )
}

interface TextFieldProps extends FieldFrame, Omit<ComponentProps<'input'>, 'id' | 'children'> {
  /** It is wrong, and what stands beside it says why. */
  isRefused?: boolean
}

export function TextField({
  label,
  labelHidden,
  hint,
  error,
  optional,
  isRefused = false,
  className,
  ...rest
}: TextFieldProps) {
  return (
    <Field {...frameOf({ label, hint, error, optional })} labelHidden={labelHidden}>
      {({ id, describedBy, invalid }) => (
        <input
          {...rest}
          id={id}
          aria-describedby={describedBy}
          aria-invalid={isRefused || invalid}
          className={controlClass(
            isRefused || invalid === true,
            classNames('h-10 sm:h-9 px-3', className),
          )}
        />
      )}
    </Field>
  )
}

type TextAreaFieldProps = FieldFrame & Omit<ComponentProps<'textarea'>, 'id' | 'children'>

/** Grows with what is written, where the browser can. */
export function TextAreaField({
  label,
  hint,
  error,
  optional,
  className,
  rows = 2,
  ...rest
}: TextAreaFieldProps) {
  return (
    <Field {...frameOf({ label, hint, error, optional })}>
      {({ id, describedBy, invalid }) => (
        <textarea
          {...rest}
          id={id}
          rows={rows}
          aria-describedby={describedBy}
          aria-invalid={invalid}
          className={controlClass(
            invalid === true,
            classNames('field-sizing-content max-h-96 min-h-9 px-3 py-1.75', className),
          )}
        />
      )}
    </Field>
  )
}

type SelectFieldProps = FieldFrame & Omit<ComponentProps<'select'>, 'id'>

/** The browser's own list: it works on every phone and with every keyboard. */
export function SelectField({
  label,
  labelHidden,
  hint,
  error,
  optional,
  className,
  children,
  ...rest
}: SelectFieldProps) {
  return (
    <Field {...frameOf({ label, hint, error, optional })} labelHidden={labelHidden}>
      {({ id, describedBy, invalid }) => (
        <select
          {...rest}
          id={id}
          aria-describedby={describedBy}
          aria-invalid={invalid}
          className={controlClass(invalid === true, classNames('h-10 sm:h-9 px-2', className))}
        >
          {children}
        </select>
      )}
    </Field>
  )
}

interface CheckboxProps extends Omit<ComponentProps<'input'>, 'type' | 'id'> {
  label: ReactNode
  hint?: ReactNode
}

export function Checkbox({ label, hint, className, ...rest }: CheckboxProps) {
  const id = useId()
  return (
    <div className={classNames('flex gap-2.5', className)}>
      <input
        {...rest}
        id={id}
        type="checkbox"
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="mt-0.75 size-4 shrink-0 accent-accent-fill"
      />
      <div className="min-w-0">
        <label htmlFor={id} className="block">
          {label}
        </label>
        {hint && (
          <div id={`${id}-hint`} className="text-sm text-soft">
            {hint}
          </div>
        )}
      </div>
    </div>
  )
}

/** Leaves out what wasn't given, as exact optional properties want it. */
function frameOf({
  label,
  hint,
  error,
  optional,
}: { [Key in Exclude<keyof FieldFrame, 'labelHidden'>]-?: FieldFrame[Key] | undefined } & {
  label: string
}) {
  return { label, hint, error, ...(optional === undefined ? {} : { optional }) }
}

import { mailLink, phoneLink } from '../../format/contact-links.ts'
import { texts } from '../../texts/texts.ts'

interface ContactProps {
  text: string
  /** In place of nothing. */
  unknown: string
  /** In a list: one line, whatever its length. */
  clipped?: boolean
}

export function Email({ text, ...rest }: ContactProps) {
  return <Contact {...rest} text={text} href={mailLink(text)} label={texts.leads.write(text)} />
}

export function Phone({ text, ...rest }: ContactProps) {
  return <Contact {...rest} text={text} href={phoneLink(text)} label={texts.leads.call(text)} />
}

function Contact(props: ContactProps & { href: string | null; label: string }) {
  const { text, unknown, clipped = false, href, label } = props
  if (text === '') return <span className="text-soft">{unknown}</span>
  const className = clipped ? 'block truncate' : ''
  if (href === null) {
    return (
      <span className={className} title={clipped ? text : undefined}>
        {text}
      </span>
    )
  }
  return (
    <a
      href={href}
      title={label}
      className={`${className} underline decoration-line underline-offset-2 hover:decoration-current`}
    >
      {text}
    </a>
  )
}

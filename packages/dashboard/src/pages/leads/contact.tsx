import { mailLink, phoneLink } from '../../format/contact-links.ts'
import { texts } from '../../texts/texts.ts'
import { Icon, type IconName } from '../../ui/icon.tsx'

interface ContactProps {
  text: string
  /** In place of nothing. */
  unknown: string
  /**
   * In a list: one line, whatever its length, and the link beside it. There the name of each row is
   * the link that leads on, and is told from these by what it says.
   */
  inList?: boolean
}

export function Email(props: ContactProps) {
  return (
    <Contact {...props} href={mailLink(props.text)} icon="mail" label={texts.leads.writeEmail} />
  )
}

export function Phone(props: ContactProps) {
  return <Contact {...props} href={phoneLink(props.text)} icon="phone" label={texts.leads.call} />
}

interface LinkedProps extends ContactProps {
  /** Null: what was typed is no address. */
  href: string | null
  icon: IconName
  label: string
}

function Contact({ text, unknown, inList = false, href, icon, label }: LinkedProps) {
  if (text === '') return <span className="text-soft">{unknown}</span>
  if (!inList) {
    if (href === null) return text
    return (
      <a href={href} className="underline underline-offset-2">
        {text}
      </a>
    )
  }
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <span className="truncate" title={text}>
        {text}
      </span>
      {href !== null && (
        <a
          href={href}
          aria-label={label}
          title={label}
          className="shrink-0 rounded-control p-1 text-soft hover:bg-sunken hover:text-ink"
        >
          <Icon name={icon} size="sm" />
        </a>
      )}
    </span>
  )
}

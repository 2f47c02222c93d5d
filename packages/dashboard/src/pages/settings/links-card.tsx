import { Link } from 'react-router'
import { texts } from '../../texts/texts.ts'
import { Card } from '../../ui/card.tsx'
import { Icon } from '../../ui/icon.tsx'

const words = texts.settings
const LINK = 'inline-flex items-center gap-1.5 font-medium text-accent hover:underline'

export function LinksCard() {
  return (
    <Card title={words.links} weight="quiet">
      <ul className="grid gap-2">
        <li>
          <Outside href="/docs" label={words.docs} />
          <p className="text-sm text-soft">{words.docsHint}</p>
        </li>
        <li>
          <Outside href="/openapi.json" label={words.openApi} />
          <p className="text-sm text-soft">{words.openApiHint}</p>
        </li>
        <li>
          <Link to="/api-keys" className={LINK}>
            {words.keys}
          </Link>
          <p className="text-sm text-soft">{words.keysHint}</p>
        </li>
      </ul>
    </Card>
  )
}

/** Of the same server, but no page of the app. */
function Outside({ href, label }: { href: string; label: string }) {
  return (
    <a href={href} target="_blank" rel="noreferrer" className={LINK}>
      {label}
      <Icon name="external" size="sm" />
    </a>
  )
}

/** Who looks, with which look, at which server. */
import { useChatbot } from '../../app/chatbot-choice.tsx'
import { useSession, useSignOut } from '../../app/session.tsx'
import { type Theme, useTheme } from '../../app/theme.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { ExactTime } from '../../ui/time-ago.tsx'
import { LinksCard } from './links-card.tsx'
import { ServerCard } from './server-card.tsx'

const words = texts.settings
const THEMES: readonly Theme[] = ['system', 'light', 'dark']

export default function Settings() {
  return (
    <>
      <PageHeader title={words.title} description={words.intro} />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="grid gap-4">
          <YouCard />
          <AppearanceCard />
        </div>
        <div className="grid gap-4">
          <ServerCard />
          <LinksCard />
        </div>
      </div>
    </>
  )
}

function YouCard() {
  const { kind, expiresAt } = useSession()
  const { chatbot } = useChatbot()
  const signOut = useSignOut()
  return (
    <Card title={words.you}>
      <div className="grid gap-4">
        <Facts>
          <Fact name={words.signedInAs}>
            {kind === 'operator' ? words.operator : words.owner(chatbot?.name ?? '…')}
          </Fact>
          <Fact name={words.until}>
            <ExactTime at={expiresAt} />
            <p className="text-soft">{words.untilHint}</p>
          </Fact>
        </Facts>
        {signOut.error && <ErrorState error={signOut.error} title={words.signOutFailed} />}
        <Button
          icon="logout"
          className="justify-self-start"
          busy={signOut.isPending}
          onClick={() => signOut.mutate()}
        >
          {words.signOut}
        </Button>
      </div>
    </Card>
  )
}

function AppearanceCard() {
  const { theme, setTheme } = useTheme()
  return (
    <Card title={words.appearance} weight="quiet" description={words.themeHint}>
      <Segmented
        label={words.theme}
        value={theme}
        onChange={setTheme}
        options={THEMES.map((value) => ({ value, label: texts.shell.themes[value] }))}
      />
    </Card>
  )
}

import { formatDateTime } from '../format/format.ts'
import { texts } from '../texts/texts.ts'
import { Icon } from '../ui/icon.tsx'
import { Menu, MenuChoice, MenuItem, MenuLine, MenuLink } from '../ui/menu.tsx'
import { useSession, useSignOut } from './session.tsx'
import { type Theme, useTheme } from './theme.ts'

const THEMES: readonly Theme[] = ['system', 'light', 'dark']

export function AccountMenu() {
  const session = useSession()
  const signOut = useSignOut()
  const { theme, setTheme } = useTheme()
  const who = session.kind === 'operator' ? texts.shell.operator : texts.shell.owner
  return (
    <Menu
      side="top"
      align="start"
      trigger={
        <button
          type="button"
          className="flex h-10 lg:h-9 w-full items-center gap-2.5 rounded-control px-2.5 text-left font-medium hover:bg-sunken"
        >
          <span className="text-soft">
            <Icon name="account" />
          </span>
          <span className="min-w-0 flex-1 truncate">{who}</span>
          <span className="sr-only">, {texts.shell.account}</span>
          <span className="text-soft">
            <Icon name="updown" />
          </span>
        </button>
      }
    >
      <p className="px-2.5 py-1.5 text-xs text-soft">
        {texts.shell.signedInUntil(formatDateTime(session.expiresAt))}
      </p>
      <MenuLine />
      <MenuChoice
        label={texts.shell.theme}
        value={theme}
        onChange={setTheme}
        options={THEMES.map((value) => ({ value, label: texts.shell.themes[value] }))}
      />
      <MenuLine />
      <MenuLink>
        <a href="/docs" target="_blank" rel="noreferrer">
          <Icon name="external" />
          {texts.shell.reference}
        </a>
      </MenuLink>
      <MenuItem icon="logout" onSelect={() => signOut.mutate()}>
        {texts.shell.signOut}
      </MenuItem>
    </Menu>
  )
}

/** The way to the pages: a bar at the side where there is room, else behind a button at the top. */
import { Dialog } from 'radix-ui'
import { useState } from 'react'
import { Link, NavLink } from 'react-router'
import { texts } from '../texts/texts.ts'
import { IconButton } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { DIALOG_SHADE } from '../ui/dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { AccountMenu } from './account-menu.tsx'
import { ChatbotSwitcher } from './chatbot-switcher.tsx'
import icon from './icon.svg'
import { LiveMark } from './live-mark.tsx'
import { PAGES } from './page.ts'
import { useSession } from './session.tsx'

export function SideBar() {
  return (
    <aside
      aria-label={texts.shell.sideBar}
      className="sticky top-0 hidden h-dvh flex-col border-r border-line bg-surface lg:flex"
    >
      <NavigationContent />
    </aside>
  )
}

export function TopBar() {
  const [open, setOpen] = useState(false)
  return (
    <header className="sticky top-0 z-30 flex h-14 items-center gap-2 border-b border-line bg-surface px-2 sm:px-4 lg:hidden">
      <Dialog.Root open={open} onOpenChange={setOpen}>
        <Dialog.Trigger asChild>
          <IconButton icon="menu" label={texts.shell.openMenu} />
        </Dialog.Trigger>
        <Dialog.Portal>
          <Dialog.Overlay className={DIALOG_SHADE} />
          <Dialog.Content
            aria-describedby={undefined}
            className="fixed inset-y-0 left-0 z-50 flex w-72 max-w-[85vw] flex-col border-r border-line bg-surface shadow-float outline-none animate-appear"
          >
            <Dialog.Title className="sr-only">{texts.shell.mainNavigation}</Dialog.Title>
            <NavigationContent onGone={() => setOpen(false)} />
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
      <Brand />
      <div className="ml-auto pr-2">
        <LiveMark />
      </div>
    </header>
  )
}

/** `onGone`: somebody went somewhere. */
function NavigationContent({ onGone }: { onGone?: () => void }) {
  return (
    <>
      <div className="flex h-14 items-center justify-between px-4">
        <Brand />
        <span className="hidden lg:block">
          <LiveMark />
        </span>
      </div>
      <div className="px-3 pb-2">
        <ChatbotSwitcher />
      </div>
      <nav aria-label={texts.shell.mainNavigation} className="flex-1 overflow-y-auto px-3 py-1">
        <PageLinks {...(onGone ? { onGone } : {})} />
      </nav>
      <div className="border-t border-line p-3">
        <AccountMenu />
      </div>
    </>
  )
}

function Brand() {
  return (
    <Link to="/" className="flex items-center gap-2.5 rounded-md font-semibold no-underline">
      <img src={icon} alt="" className="size-6" />
      {texts.shell.product}
    </Link>
  )
}

function PageLinks({ onGone }: { onGone?: () => void }) {
  const { kind } = useSession()
  const shown = PAGES.flatMap(({ path, navigation }) =>
    navigation && (navigation.for ?? kind) === kind ? [{ path, ...navigation }] : [],
  )
  return (
    <ul className="grid gap-0.5">
      {shown.map((page) => (
        <li key={page.path}>
          <NavLink
            to={page.path}
            end={page.path === '/'}
            {...(onGone ? { onClick: onGone } : {})}
            className={({ isActive }) =>
              classNames(
                'flex h-10 lg:h-8.5 items-center gap-2.5 rounded-control px-2.5 font-medium no-underline transition-colors',
                isActive
                  ? 'bg-accent-wash text-accent'
                  : 'text-soft hover:bg-sunken hover:text-ink',
              )
            }
          >
            <Icon name={page.icon} />
            {page.label}
          </NavLink>
        </li>
      ))}
    </ul>
  )
}

/** Line icons, drawn for this app on a grid of 16. They stand beside words and are never read out. */

const PATHS = {
  overview: 'M2.5 13.5h11M4.5 11V8M8 11V3.5M11.5 11V6',
  webhooks:
    'M6.2 6.3a2.4 2.4 0 1 1 3.3.2l1.7 3.1M5.1 8.6a2.4 2.4 0 1 0 1.3 3.2h3.4M12.6 9.5a2.4 2.4 0 1 1-2.3 3.9',
  deliveries: 'M14 2 7.2 8.8M14 2 9.7 14 7.2 8.8 2 6.3 14 2Z',
  leads: 'M8 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM3 13.5c.4-2.6 2.3-4 5-4s4.6 1.4 5 4',
  chatbots: 'M2.5 3.5h11v7.5H8L5 13.5V11H2.5V3.5ZM6 6.5v1.2M10 6.5v1.2',
  tag: 'M8.6 2.5h4.9v4.9l-6 6-4.9-4.9 6-6ZM11 5h.01',
  key: 'M10.3 9.2a3.5 3.5 0 1 0-3.5-3.5c0 .4.1.8.2 1.2L2.5 11.4v2.1h2.1v-1.6h1.6v-1.6h1.6l1.3-1.3c.4.1.8.2 1.2.2ZM11 5h.01',
  audit: 'M4 2.5h8v11H4v-11ZM6.2 5.5h3.6M6.2 8h3.6M6.2 10.5h2',
  settings: 'M2.5 4.5h6M11.5 4.5h2M2.5 11.5h2M7.5 11.5h6M10 3v3M6 10v3',
  check: 'm3.5 8.5 3 3 6-7',
  cross: 'm4 4 8 8M12 4l-8 8',
  warning: 'M8 2.5 14 13H2L8 2.5ZM8 6.5v3M8 11.2h.01',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.2v9.6L12.5 8 5 3.2Z',
  clock: 'M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM8 5v3l2 1.5',
  parked: 'M5.5 13V3h3a2.9 2.9 0 0 1 0 5.8h-3',
  ban: 'M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM4.2 4.2l7.6 7.6',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8v-8Z',
  plus: 'M8 3v10M3 8h10',
  more: 'M3 8a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0ZM7.5 8a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0ZM12 8a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0Z',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  up: 'm4 10 4-4 4 4',
  down: 'm4 6 4 4 4-4',
  left: 'M10 4 6 8l4 4',
  right: 'm6 4 4 4-4 4',
  updown: 'm5 6 3-3 3 3M5 10l3 3 3-3',
  refresh: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3',
  trash: 'M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.5 9h6l.5-9',
  send: 'M14 2 7.2 8.8M14 2 9.7 14 7.2 8.8 2 6.3 14 2Z',
  info: 'M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM8 7.5v3M8 5.3h.01',
  external: 'M9.5 2.5h4v4M13.5 2.5 8 8M11.5 9v4.5h-9v-9H7',
  eye: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8ZM8 9.7a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4Z',
  account: 'M8 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM3 13.5c.4-2.6 2.3-4 5-4s4.6 1.4 5 4',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.3 10.3l3.2 3.2',
  mail: 'M2 3.5h12v9H2v-9ZM2.3 4 8 8.8 13.7 4',
  phone:
    'M5.7 2.5 7 5.6 5.5 7a8 8 0 0 0 3.5 3.5L10.4 9l3.1 1.3v2.2c0 .6-.5 1-1 1A10.5 10.5 0 0 1 2.5 3.5c0-.6.4-1 1-1h2.2Z',
  edit: 'm10.5 3 2.5 2.5L6 12.5l-3 .5.5-3 7-7Z',
  download: 'M8 2.5v7M5 7l3 3 3-3M2.5 13.5h11',
  logout: 'M6.5 2.5h-4v11h4M10.5 5 13.5 8l-3 3M13.5 8h-7',
} as const

export type IconName = keyof typeof PATHS

const SIZES = { sm: 'size-3.5', md: 'size-4', lg: 'size-5' }

export function Icon({ name, size = 'md' }: { name: IconName; size?: keyof typeof SIZES }) {
  return (
    <svg
      aria-hidden="true"
      className={`${SIZES[size]} shrink-0`}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  )
}

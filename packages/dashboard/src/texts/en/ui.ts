import { count } from './count.ts'

export const ui = {
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'The browser did not allow it: select the text and copy it.',
  close: 'Close',
  dismiss: 'Dismiss',
  cancel: 'Cancel',
  required: 'required',
  optional: 'optional',
  newer: 'Newer',
  older: 'Older',
  firstPage: 'Newest',
  pages: 'Pages of the list',
  keys: {
    title: 'Keys on this page',
    does: {
      '/': 'Search',
      j: 'The next row',
      k: 'The row before',
      Enter: 'Open the row',
      x: 'Select the row, or not',
      '?': 'Show these keys',
    },
  },
  bulk: {
    counting: 'Counting…',
    running: 'What was started with many at once',
    progress: 'How far it is',
    stop: 'Stop',
    going: {
      resend: (done: number, total: number, more: boolean) =>
        `Resending: ${ofTotal(done, total, more)}. You can leave this page.`,
      cancel: (done: number, total: number, more: boolean) =>
        `Cancelling: ${ofTotal(done, total, more)}. You can leave this page.`,
      backfill: (done: number, total: number, more: boolean) =>
        `Sending earlier events: ${ofTotal(done, total, more)}. You can leave this page.`,
    },
    done: {
      resend: (done: number) => `${count(done, 'delivery is', 'deliveries are')} on the way again.`,
      cancel: (done: number) => `${count(done, 'delivery was', 'deliveries were')} cancelled.`,
      backfill: (done: number) =>
        `${count(done, 'earlier event was', 'earlier events were')} sent.`,
    },
    skipped: (skipped: number) =>
      `${count(skipped, 'was', 'were')} skipped: the state did not allow it any more.`,
    stopped: 'It was stopped: the rest is as it was.',
  },
  selectRow: (name: string) => `Select ${name}`,
  selectPage: 'Select all on this page',
  denseRows: 'Compact rows',
  roomyRows: 'Roomy rows',
  notifications: 'Notifications',
  never: 'never',
  showTable: 'Show as a table',
  openStep: (what: string) =>
    `Click, or tap again: ${what.charAt(0).toLowerCase()}${what.slice(1)}`,
  showChart: 'Show as a chart',
  time: 'Time',
  loading: 'Loading',
  show: 'Show',
  hide: 'Hide',
  bodyShape: 'How the body is shown',
  pretty: 'Pretty',
  raw: 'Raw',
  noHeaders: 'No headers.',
  clearFilters: 'Clear the filters',
  filters: (active: number) => (active === 0 ? 'Filters' : `Filters · ${active}`),
  span: {
    any: 'Any time',
    hour: 'In the last hour',
    day: 'In the last 24 hours',
    week: 'In the last 7 days',
    month: 'In the last 30 days',
    given: 'Between two times',
    from: 'From',
    to: 'Until',
    backwards: 'This is before the time that it begins with.',
  },
  tail: {
    fresh: (rows: number, hasMore: boolean) =>
      hasMore ? `${rows} new ones or more` : count(rows, 'new one', 'new ones'),
    pause: 'Pause the list',
    resume: 'Follow again',
  },
  wrongFilters: 'These filters can’t be used',
  matchesNothing: 'Nothing matches',
  matchesNothingNext: 'Nothing that is kept has all of this. Look for less, or further back.',
  typeName: (name: string) => `Type “${name}” to confirm`,
  nameDiffers: 'Type the name exactly as it stands above.',
}

/** "40 of 118"; "40 of more than 10,000" where counting ended. */
function ofTotal(done: number, total: number, more: boolean): string {
  const number = new Intl.NumberFormat('en')
  return `${number.format(done)} of ${more ? 'more than ' : ''}${number.format(total)}`
}

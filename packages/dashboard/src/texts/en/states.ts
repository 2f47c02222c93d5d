export const states = {
  webhook: {
    active: 'Active',
    doubtful: 'In doubt',
    failing: 'Failing',
    resting: 'Resting',
    paused: 'Paused',
    disabled: 'Disabled',
    away: 'Away',
  },
  /** What an owner calls a delivery's state: made of it by format/delivery-words.ts. */
  delivery: {
    waiting: 'Waiting',
    sending: 'Sending',
    retrying: 'Retrying',
    held: 'On hold',
    delivered: 'Delivered',
    failed: 'Failed',
    cancelled: 'Cancelled',
  },
  progress: {
    tried: (made: number, most: number) => `${made} of ${most}`,
    next: (countdown: string) => `next in ${countdown}`,
    now: 'next one now',
    first: (countdown: string) => `in ${countdown}`,
  },
  attempt: { delivered: 'Delivered', failed: 'Failed' },
}

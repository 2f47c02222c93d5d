export const states = {
  webhook: {
    active: 'Active',
    failing: 'Failing',
    resting: 'Resting',
    paused: 'Paused',
    disabled: 'Disabled',
    away: 'Away',
  },
  delivery: {
    pending: 'Pending',
    delivered: 'Delivered',
    exhausted: 'Exhausted',
    parked: 'Parked',
    cancelled: 'Cancelled',
  },
  attempt: { delivered: 'Delivered', failed: 'Failed' },
}

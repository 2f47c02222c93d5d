export const apiKeys = {
  navigation: 'API keys',
  title: 'API keys',
  intro: 'For programs that send leads and events, or read what became of them.',
  listLabel: 'API keys',
  create: 'Create a key',
  emptyTitle: 'No key yet',
  empty: 'Create one for each program, so that you can revoke one without stopping the others.',
  isPartial: (keys: number) =>
    `Of all keys the newest ${keys} were looked at: there are more. Choose a chatbot to see all of its own.`,
  rootNote:
    'The operator’s own key, in ADMIN_KEY or in data/admin-key, is not listed: it is changed on the server.',
  columns: {
    name: 'Name',
    scope: 'Reaches',
    lastUsed: 'Last used',
    created: 'Created',
    actions: 'Actions',
  },
  operatorScope: 'Everything',
  form: {
    name: 'Name',
    nameHint: 'Which program has it, so that you know later what stops when you revoke it.',
    namePlaceholder: 'Shop backend',
    nameMissing: 'Give it a name.',
    scope: 'It reaches',
    everything: 'Everything, as an operator',
    only: (chatbot: string) => `Only ${chatbot}`,
    operatorWarning:
      'Such a key can delete every chatbot and make other keys. Most programs need one chatbot only.',
    submit: 'Create the key',
    failed: 'The key was not created',
  },
  made: {
    title: 'The key is ready',
    once: 'Copy it now: it is not shown again. We keep its hash only.',
    copy: 'Copy the key',
    use: 'A first call with it',
    done: 'I have copied it',
  },
  revoke: {
    action: (name: string) => `Revoke ${name}`,
    short: 'Revoke',
    title: 'Revoke this key?',
    body: (name: string) =>
      `Whatever uses “${name}” is refused from now on, and so are the sessions that were started with it.`,
    unused: 'It was never used.',
    used: 'It was last used',
    confirm: 'Revoke the key',
    revoked: (name: string) => `${name} was revoked.`,
  },
}

export const chatbots = {
  navigation: 'Chatbots',
  create: 'Create a chatbot',
  createIntro: 'Leads and events belong to a chatbot, and so do the webhooks that get them.',
  name: 'Name',
  nameHint: 'As you call it yourself; it can be changed later.',
  namePlaceholder: 'Shop assistant',
  created: (name: string) => `${name} is there`,
  nameMissing: 'Give it a name.',
}

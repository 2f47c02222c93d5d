/** What a visitor's page sends and gets. It learns of the chatbot what its form shows, no more. */
import { z } from 'zod'
import { DEFAULT_LEAD_FORM } from '../../chatbot.ts'
import { leadForm } from '../shapes/chatbot-schemas.ts'
import { pageExtras } from '../shapes/leads/lead-extras.ts'
import { EXAMPLE_IDS, idField, text } from '../shapes/schemas.ts'
import { TOKEN_LENGTH_MAX } from './widget-token.ts'

export const WIDGET_NAME_LENGTH_MAX = 200
const PAGE_LENGTH_MAX = 4_000

export const newConversationSchema = z
  .strictObject({})
  .meta({ id: 'ConversationCreate', description: 'Nothing is asked yet.' })

export const conversationSchema = z
  .object({
    conversationId: idField('conversation'),
    token: z.string().meta({
      description: 'To hand in the lead with; a day long, and from two seconds on.',
    }),
    name: z.string().meta({ description: "The chatbot's." }),
    leadForm,
  })
  .meta({ id: 'Conversation' })

const TOKEN_EXAMPLE = `w1.${EXAMPLE_IDS.chatbot}.${EXAMPLE_IDS.conversation}.mfjgmd8o.hU0QGBOBVFIEMTLlLXyFpjHZXuLvPHbkbbu5KBm0Nto`

export const CONVERSATION_EXAMPLE: z.infer<typeof conversationSchema> = {
  conversationId: EXAMPLE_IDS.conversation,
  token: TOKEN_EXAMPLE,
  name: 'Shop assistant',
  leadForm: DEFAULT_LEAD_FORM,
}

const answerText = (max: number) => text({ max }).nullable().exactOptional()

export const widgetLeadSchema = z
  .strictObject({
    token: text({ min: 1, max: TOKEN_LENGTH_MAX }),
    customerName: answerText(WIDGET_NAME_LENGTH_MAX),
    customerEmail: answerText(400),
    customerPhone: answerText(200),
    consent: z
      .strictObject({
        given: z.boolean(),
        page: text({ max: PAGE_LENGTH_MAX })
          .exactOptional()
          .meta({
            description: 'The address of the page; origin and path of it are kept.',
            examples: ['https://shop.example/contact'],
          }),
      })
      .exactOptional()
      .meta({
        id: 'ConsentAnswer',
        description: 'To what the form asks one to agree to. Absent: not given.',
      }),
    ...pageExtras,
    website: answerText(1_000).meta({
      description:
        'A field that people do not see. Whoever fills it in is answered, and not heard.',
    }),
  })
  .meta({ id: 'WidgetLead', description: 'What the lead form requires must not be empty.' })

export const WIDGET_LEAD_EXAMPLE: z.input<typeof widgetLeadSchema> = {
  token: TOKEN_EXAMPLE,
  customerName: 'Ann',
  customerEmail: 'ann@example.com',
  customerPhone: '',
  consent: { given: true, page: 'https://shop.example/contact' },
}

/** No ids: a visitor has no use for them. */
export const widgetAcceptedSchema = z
  .object({ accepted: z.literal(true) })
  .meta({ id: 'WidgetAccepted' })

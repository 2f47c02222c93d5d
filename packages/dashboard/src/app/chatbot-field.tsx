import { SelectField } from '../ui/field.tsx'
import { useChatbot } from './chatbot-choice.tsx'

interface ChatbotFieldProps {
  label: string
  value: string
  onChange(chatbotId: string): void
}

/** For an operator who looks at all of them: of which one the thing that is made shall be. */
export function ChatbotField({ label, value, onChange }: ChatbotFieldProps) {
  const { chatbots } = useChatbot()
  return (
    <SelectField label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      {chatbots.map((chatbot) => (
        <option key={chatbot.id} value={chatbot.id}>
          {chatbot.name}
        </option>
      ))}
    </SelectField>
  )
}

/** What only an operator does: let the owner in, and delete. */
import { useState } from 'react'
import type { Chatbot } from '../../api/schema.ts'
import { texts } from '../../texts/texts.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { DeleteChatbotDialog } from './delete-chatbot-dialog.tsx'
import { OwnerLinkDialog } from './owner-link-dialog.tsx'

const { owner, remove } = texts.chatbots

export function ChatbotActions({ chatbot }: { chatbot: Chatbot }) {
  const [asked, setAsked] = useState<'owner' | 'delete' | null>(null)
  const dialog = (name: 'owner' | 'delete') => ({
    chatbot,
    open: asked === name,
    onOpenChange: (open: boolean) => setAsked(open ? name : null),
  })
  return (
    <>
      <Button icon="key" onClick={() => setAsked('owner')}>
        {owner.action}
      </Button>
      <Menu trigger={<IconButton icon="more" label={remove.menu} />}>
        <MenuItem icon="trash" danger onSelect={() => setAsked('delete')}>
          {remove.action}
        </MenuItem>
      </Menu>
      <OwnerLinkDialog {...dialog('owner')} />
      <DeleteChatbotDialog {...dialog('delete')} />
    </>
  )
}

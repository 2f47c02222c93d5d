import { QueryClientProvider } from '@tanstack/react-query'
import { setNonce } from 'get-nonce'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router'
import { readAgainWhenBack } from '../live/server-back.ts'
import { ToastProvider } from '../ui/toasts.tsx'
import './style.css'
import { createClient } from './query-client.ts'
import { createRouter } from './router.tsx'

// Radix's scroll lock puts a style element into the page; the policy allows it with this nonce only.
setNonce(document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '')

const client = createClient()
readAgainWhenBack(client)

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <ToastProvider>
          <RouterProvider router={createRouter()} />
        </ToastProvider>
      </QueryClientProvider>
    </StrictMode>,
  )
}

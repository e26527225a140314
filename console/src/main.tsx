import './ui/mantine.css'
import './styles/index.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createQueryClient } from './api/queries'
import { turnBooks } from './i18n/book'
import { I18nProvider } from './i18n/context'
import { detectLocale, loadTexts } from './i18n/locale'
import { takeLinkToken } from './lib/linkToken'
import { createAppRouter } from './router'
import { Announcer } from './ui/announce'
import { UiProvider } from './ui/Provider'
import { Toasts } from './ui/Toasts'

// Before the router reads the address.
const setupToken = takeLinkToken('/setup', location, history)
const passwordToken = takeLinkToken('/password', location, history)

const locale = detectLocale()
const queryClient = createQueryClient()
const router = createAppRouter({ queryClient, setupToken, passwordToken })
const container = document.getElementById('root')
if (container === null) throw new Error('the page has no #root')

const [texts] = await Promise.all([loadTexts(locale), turnBooks(locale)])
createRoot(container).render(
  <StrictMode>
    <I18nProvider initialLocale={locale} initialTexts={texts}>
      <UiProvider>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
          <Toasts />
          <Announcer />
        </QueryClientProvider>
      </UiProvider>
    </I18nProvider>
  </StrictMode>,
)

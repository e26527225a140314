import { type Client, CLIENTS } from './commands'

const STORAGE_KEY = 'roadstead-client'

/** The client whose commands were looked at last. */
export function rememberedClient(): Client | null {
  try {
    const stored = localStorage.getItem(STORAGE_KEY)
    return CLIENTS.find((client) => client === stored) ?? null
  } catch {
    // Storage can be switched off in a browser; nothing is remembered then.
    return null
  }
}

/** Keeps it for the next visit. */
export function rememberClient(client: Client): void {
  try {
    localStorage.setItem(STORAGE_KEY, client)
  } catch {
    return
  }
}

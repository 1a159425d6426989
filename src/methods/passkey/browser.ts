import { fileURLToPath } from 'node:url'

/** The browser's half of the library, as its makers bundle it; views/assets/passkey.js stands on it. */
export const LIBRARY_FOR_BROWSERS = fileURLToPath(
  new URL('../dist/bundle/index.umd.min.js', import.meta.resolve('@simplewebauthn/browser')),
)

/** How long a person may take, and how long a challenge counts. Milliseconds. */
export const CEREMONY_TIME = 5 * 60 * 1000

/** At the first ceremony: it brings all that certificates are read by, and a start need not wait for that. */
export const loadWebAuthn = () => import('@simplewebauthn/server')

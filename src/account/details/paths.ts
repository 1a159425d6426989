/** The page that tells what the account is known by; the others lead back to it. */
export const DETAILS = '/account/details'
export const CLOSE = '/account/close'

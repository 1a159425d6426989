/** The page that tells what the account is known by; the others lead back to it. */
export const DETAILS = '/account/details'
export const ADDRESS = `${DETAILS}/address`
export const USERNAME = `${DETAILS}/username`
/** Where the mail to a former address leads, with its secret: nobody has to be signed in there. */
export const UNDO = `${DETAILS}/undo`
export const CLOSE = '/account/close'

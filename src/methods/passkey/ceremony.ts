/** How long a person may take, and how long a challenge counts. Milliseconds. */
export const CEREMONY_TIME = 5 * 60 * 1000

/** How long a link may be made for. Seconds. It is read later than one that was asked for, and still not kept for good. */
export const SHORTEST = 60
export const LONGEST = 7 * 86_400

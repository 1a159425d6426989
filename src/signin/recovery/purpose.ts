/** Under this name the codes to get back in by are kept and counted, beside those of methods. */
export const RESET = 'reset'

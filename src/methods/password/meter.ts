// What pages with a password run: to show what is typed (views/assets/reveal.js), and to say how hard a new one is to guess
// (views/assets/strength.js).
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Named by each page that asks for a password and runs no other script. */
export const REVEAL_SCRIPT = 'reveal.js'

/** Named by each page with a new password and no other script. */
export const STRENGTH_SCRIPT = 'strength.js'

/** The thread that measures: zxcvbn, what people use, and our few lines over them. */
export const STRENGTH_WORKER = {
  path: '/assets/strength-worker.js',
  files: [
    ...['core', 'language-common', 'language-en'].map(name =>
      join(fileURLToPath(import.meta.resolve(`@zxcvbn-ts/${name}`)), '../zxcvbn-ts.js'),
    ),
    join(import.meta.dirname, '../../../views/assets/strength-measure.js'),
  ],
}

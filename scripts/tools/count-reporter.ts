import { writeFileSync } from 'node:fs'
import Mocha from 'mocha'

/** Mocha's spec reporter, which also leaves the counts in the file that scripts/test.ts named. */
export default class CountReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options)
    const file = process.env.TEST_COUNTS_FILE
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats
      if (file) writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }))
    })
  }
}

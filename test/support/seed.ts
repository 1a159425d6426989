// Properties are tried with the same values in each run, so that a run says something of the code alone. FC_SEED tries others.
import * as fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_261_125) })

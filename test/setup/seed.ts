/** Every property test draws from one seed, so that a failure is the same tomorrow. `FC_SEED` overrides it for hunting. */
import fc from 'fast-check';

const DEFAULT_SEED = 20011123;

fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? DEFAULT_SEED) });

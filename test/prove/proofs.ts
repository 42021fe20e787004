import { access } from './access.ts';
import { billing } from './billing.ts';
import { breakers } from './breakers.ts';
import { browser } from './browser.ts';
import { cache } from './cache.ts';
import { checkRules } from './check-rules.ts';
import { crowding } from './crowding.ts';
import { fanOut } from './fan-out.ts';
import { fuzz } from './fuzz.ts';
import { inForce } from './in-force.ts';
import { limits } from './limits.ts';
import { mutants } from './mutants.ts';
import { packages } from './packages.ts';
import { parts } from './parts.ts';
import { promises } from './promises.ts';
import type { Proof } from './proof.ts';
import { quota } from './quota.ts';
import { quotaLanguages } from './quota-languages.ts';
import { recording } from './recording.ts';
import { removable } from './removable.ts';
import { roles } from './roles.ts';
import { soak } from './soak.ts';
import { sockets } from './sockets.ts';
import { speed } from './speed.ts';
import { usage } from './usage.ts';
import { vectors } from './vectors.ts';

/** All proofs, in the order in which they run. */
export const PROOFS: readonly Proof[] = [
  checkRules,
  removable,
  packages,
  limits,
  quota,
  billing,
  inForce,
  quotaLanguages,
  usage,
  access,
  promises,
  cache,
  breakers,
  roles,
  parts,
  vectors,
  fuzz,
  soak,
  sockets,
  crowding,
  fanOut,
  recording,
  speed,
  browser,
  mutants,
];

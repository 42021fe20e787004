import { MODELS } from '../simulation/models.ts';
import { MUTANTS } from '../simulation/mutants.ts';
import { proveBySimulation } from './prove-by-simulation.ts';

export const quota = proveBySimulation({
  name: 'quota',
  claim:
    'no schedule of crashes, pauses, lost writes and duplicate writes breaks a rule of the quotas, and every mutant breaks one in some schedule',
  models: MODELS,
  mutants: MUTANTS,
});

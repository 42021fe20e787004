import { MODELS } from '../simulation/models.ts';
import { MUTANTS } from '../simulation/mutants.ts';
import { proveBySimulation } from './prove-by-simulation.ts';

export const quota = proveBySimulation({
  name: 'quota',
  claim: 'no schedule of crashes, pauses, lost and doubled writes breaks a rule, and every mutant does',
  models: MODELS,
  mutants: MUTANTS,
});

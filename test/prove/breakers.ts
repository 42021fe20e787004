import { BREAKER_MUTANTS } from '../simulation/breaker-mutants.ts';
import { BREAKER_MODELS } from '../simulation/models.ts';
import { proveBySimulation } from './prove-by-simulation.ts';

export const breakers = proveBySimulation({
  name: 'breakers',
  claim:
    'no schedule of crashes, lost writes and wrong clocks makes a breaker admit too many probes, or a probe too early, and every mutant does so in some schedule',
  models: BREAKER_MODELS,
  mutants: BREAKER_MUTANTS,
});

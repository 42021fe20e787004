/** The models that are run, by name. */
import { createBreakerModel } from './breaker-model.ts';
import { createConcurrencyModel } from './concurrency-model.ts';
import type { Faults } from './instance.ts';
import { NO_FAULTS } from './instance.ts';
import type { Model } from './model.ts';
import { createNewsModel } from './news-model.ts';
import { createQuotaModel } from './quota-model.ts';
import type { QuotaModelOptions } from './quota-setting.ts';
import { createRateModel } from './rate-model.ts';
import type { Seeded } from './seeded.ts';

const faults = (chance: Seeded, resend = false): Faults => ({
  call: chance.skewed(0.005, 0.15),
  crash: chance.pick([0, 0.002, 0.01]),
  pause: chance.pick([0, 0.005, 0.03]),
  resend,
  maxPauseMs: 40_000,
  maxSkewMs: 3000,
  maxLatencyMs: chance.pick([10, 40, 400]),
});

const QUOTA: QuotaModelOptions = {
  name: 'quota',
  faults: (chance) => faults(chance),
  stamped: true,
  bounded: () => 0,
  requests: (chance) => chance.whole(20, 100),
  maxHolders: 5,
};

/** Repeats by the network in half of the schedules, and shorter pauses: what expires does so in seconds. */
const SHORT_FAULTS = (chance: Seeded): Faults => ({
  ...faults(chance, chance.chance(0.5)),
  maxPauseMs: 10_000,
});

export const MODELS: readonly Model[] = [
  createQuotaModel(QUOTA),
  createQuotaModel({ ...QUOTA, name: 'quota-resend', faults: (chance) => faults(chance, true) }),
  createQuotaModel({ ...QUOTA, name: 'quota-unstamped', stamped: false }),
  createQuotaModel({ ...QUOTA, name: 'quota-bounded', bounded: (chance) => chance.whole(1, 10) }),
  createQuotaModel({
    ...QUOTA,
    name: 'quota-harsh',
    faults: (chance) => ({ ...faults(chance, true), call: 0.24, crash: 0.01, pause: 0.03 }),
    requests: (chance) => chance.whole(100, 250),
    maxHolders: 12,
  }),
  createQuotaModel({ ...QUOTA, name: 'quota-fault-free', faults: () => NO_FAULTS, maxHolders: 4 }),
  createQuotaModel({
    ...QUOTA,
    name: 'quota-sharded',
    sharded: true,
    faults: (chance) => (chance.chance(0.2) ? NO_FAULTS : faults(chance, chance.chance(0.5))),
    maxHolders: 8,
  }),
  createQuotaModel({
    ...QUOTA,
    name: 'quota-plans',
    changing: true,
    faults: (chance) => faults(chance, chance.chance(0.5)),
  }),
  createQuotaModel({
    ...QUOTA,
    name: 'quota-customers',
    onRecord: true,
    faults: (chance) => faults(chance, chance.chance(0.5)),
  }),
  createNewsModel('quota-news'),
  createRateModel({ name: 'rate-direct', leased: false, faults: SHORT_FAULTS }),
  createRateModel({ name: 'rate-leased', leased: true, faults: SHORT_FAULTS }),
  createConcurrencyModel({ name: 'concurrency', faults: SHORT_FAULTS }),
];

/** No time of an instance counts, so its clock may be hours off. */
const BREAKER_FAULTS = (chance: Seeded): Faults => ({ ...SHORT_FAULTS(chance), maxSkewMs: 7_200_000 });

/** The models of circuit breakers, which are proven separately from quotas. */
export const BREAKER_MODELS: readonly Model[] = [
  createBreakerModel({ name: 'breaker', faults: BREAKER_FAULTS }),
  createBreakerModel({
    name: 'breaker-harsh',
    faults: (chance) => ({ ...BREAKER_FAULTS(chance), call: 0.3, crash: 0.02, pause: 0.05, resend: true }),
  }),
  createBreakerModel({ name: 'breaker-fault-free', faults: () => NO_FAULTS }),
];

export function modelNamed(name: string): Model {
  const all = [...MODELS, ...BREAKER_MODELS];
  const model = all.find((candidate) => candidate.name === name);
  if (model === undefined)
    throw new Error(`no model ${name}; there are ${all.map((known) => known.name).join(', ')}`);
  return model;
}

/**
 * Reviews how services in front of the stages, such as AWS WAF, would treat the stages of stacks. No gateway is started
 * for this.
 */
import { Faults } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import type { ResolvedStack, UnsupportedItem } from '../../../core/stack/model.ts';
import type { CheckedScreen, ScreenReview, ServiceSettings } from '../../../kernel/service.ts';
import { StackReading } from '../../../kernel/stack-reading.ts';
import { CATALOGUE } from '../services/catalogue.ts';

/** Returns the parts of screens (checks in front of a stage, such as web ACLs) that the gateway cannot evaluate. */
export async function findUnjudged(stacks: readonly ResolvedStack[]): Promise<readonly UnsupportedItem[]> {
  const { reading } = readingOf(stacks);
  for (const review of await loadReviews(stacks)) review.findUnjudged(reading);
  return reading.unsupported;
}

/**
 * Checks recorded requests against the screens of stacks.
 * @throws DefinitionError if the file contains no records; StartError if the settings cannot be used
 */
export async function checkRecords(
  file: { readonly name: string; readonly text: string },
  stacks: readonly ResolvedStack[],
  settings: ServiceSettings,
): Promise<{
  readonly screens: readonly CheckedScreen[];
  readonly faults: readonly Fault[];
  readonly unjudged: readonly UnsupportedItem[];
}> {
  const { reading, faults } = readingOf(stacks);
  const reviews = await loadReviews(stacks);
  const screens = reviews.flatMap((review) => review.checkRecords(file, reading, settings));
  return { screens, faults: faults.all, unjudged: reading.unsupported };
}

function readingOf(stacks: readonly ResolvedStack[]): {
  readonly reading: StackReading;
  readonly faults: Faults;
} {
  const faults = new Faults(false);
  return { faults, reading: new StackReading(stacks, { isElsewhere: () => false, tolerance: faults }) };
}

/**
 * Loads the modules with which services such as AWS WAF evaluate requests in front of a stage, for the services whose
 * resources are in the stacks.
 */
async function loadReviews(stacks: readonly ResolvedStack[]): Promise<readonly ScreenReview[]> {
  const types = new Set(stacks.flatMap(({ resources }) => [...resources.values()].map(({ type }) => type)));
  const named = CATALOGUE.filter(({ types: known }) => Object.keys(known).some((type) => types.has(type)));
  const modules = await Promise.all(named.map(({ load }) => load()));
  return modules.flatMap(({ review }) => review ?? []);
}

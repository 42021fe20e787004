/** Finds functions whose runtime Lambda no longer accepts for new functions, and the runtime to use instead. */
import { textOf } from '@gatewright/aws/json-object';
import { createSystemClock } from '../../../server/adapters/system-clock.ts';
import { makeFinding, placedAt } from '../../../core/deployability/finding.ts';
import { runtimeFamily } from '../../../core/stack/function.ts';
import type { DeployFinding } from '../../../core/deployability/finding.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';

/** The days from which Lambda creates no function with a runtime. */
type Runtimes = Readonly<Record<string, string>>;

export function judgeRuntimes(
  { stackName, resources }: ResolvedStack,
  runtimes: Runtimes,
): readonly DeployFinding[] {
  const today = new Date(createSystemClock().nowEpochMs()).toISOString().slice(0, 10);
  return [...resources.values()].flatMap((resource) => {
    const { type, properties } = resource;
    const runtime = type === 'AWS::Lambda::Function' ? properties['Runtime'] : undefined;
    const since = typeof runtime === 'string' ? runtimes[runtime] : undefined;
    if (since === undefined || since > today) return [];
    const message = `The runtime parameter of ${textOf(properties, 'Runtime')} is no longer supported for creating or updating AWS Lambda functions (since ${since})`;
    const remedy = adviseRuntime(textOf(properties, 'Runtime'), runtimes, today);
    return [makeFinding('old-runtime', placedAt(resource, stackName, 'Runtime'), message, { remedy })];
  });
}

const AS_PROGRAM = 'set Runtime to provided.al2023, with the program built as a file named bootstrap';

/**
 * Returns the remedy: the runtimes of the language that Lambda still accepts, the newest first. Go has none, because
 * Lambda runs Go programs in OS-only runtimes.
 */
function adviseRuntime(runtime: string, runtimes: Runtimes, today: string): string | undefined {
  const family = runtimeFamily(runtime);
  if (family === undefined) return undefined;
  const accepted = Object.entries(runtimes)
    .filter(([name, since]) => runtimeFamily(name) === family && since > today)
    .map(([name]) => name)
    .toSorted((one, other) => other.localeCompare(one, 'en', { numeric: true }));
  const [newest, ...others] = accepted;
  if (newest !== undefined)
    return `set Runtime to ${newest}${others.length === 0 ? '' : ` (${others.slice(0, 3).join(', ')} ${others.length === 1 ? 'is' : 'are'} accepted, too)`}, and test the function with it`;
  return family === 'go' ? AS_PROGRAM : undefined;
}

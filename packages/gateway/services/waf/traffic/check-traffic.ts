/**
 * Evaluates recorded requests against the web ACLs of the stacks. The result shows which requests would be blocked, and
 * which requests cannot be evaluated.
 */
import { InspectedRequest } from '../evaluate/inspected-request.ts';
import { readDefinitions } from '../read-stacks.ts';
import { describePassed, describeRefusal } from '../describe-outcome.ts';
import { StageGuard } from '../stage-guard.ts';
import type { CheckedRequest, CheckedScreen, ServiceSettings } from '../../../kernel/service.ts';
import type { StackReading } from '../../../kernel/stack-reading.ts';
import type { Countries } from '../evaluate/countries.ts';
import type { Outcome } from '../evaluate/judge-web-acl.ts';
import type { WebAcl } from '../rules/statement.ts';
import type { TrafficRequest } from './read-traffic.ts';

export function checkTraffic(
  traffic: readonly TrafficRequest[],
  stacks: StackReading,
  { settings, countries }: { readonly settings: ServiceSettings; readonly countries: Countries | undefined },
): readonly CheckedScreen[] {
  const definitions = readDefinitions(stacks, settings, countries !== undefined);
  const guarding = new Set(definitions.resources.keys());
  const inOrder = traffic.toSorted((a, b) => a.epochMs - b.epochMs);
  return [...definitions.acls.values()]
    .filter(({ arn }) => guarding.has(arn))
    .map(({ acl }) => {
      const clock = { nowEpochMs: () => 0, monotonicMs: () => 0 };
      const guard = new StageGuard({ clock, settings, logGroups: { write: () => undefined } });
      guard.replace(definitions, countries);
      const requests = inOrder.map(({ parts, title, epochMs }) => {
        // Rate-based rules count by the times in the records.
        const outcome = guard.judge(acl, new InspectedRequest(parts, acl.bodyLimitBytes), epochMs);
        return { title, ...verdictOf(acl, outcome) };
      });
      return { name: acl.name, requests };
    });
}

/**
 * Returns the verdict on a recorded request. If an unjudged rule might have allowed a blocked request, all unjudged
 * rules are taken into account. Otherwise, an unjudged rule is taken into account only if the recorded request lacks a
 * part that this rule inspects. Rules that are unjudged for every request are reported separately.
 */
function verdictOf(acl: WebAcl, outcome: Outcome): Pick<CheckedRequest, 'verdict' | 'reason'> {
  const isBlocked = outcome.action.kind !== 'ALLOW';
  if (isBlocked && !outcome.isAverted)
    return { verdict: 'refused', reason: describeRefusal(acl, outcome).reason };
  const unjudged = outcome.unjudged.filter(({ isLost }) => isLost || outcome.isAverted);
  const couldBlock = unjudged.some(({ action }) => action !== 'COUNT' && action !== 'ALLOW');
  if (outcome.isAverted || couldBlock)
    return {
      verdict: 'not judged',
      reason: describePassed(acl, { ...outcome, unjudged, matches: [] }).join(' '),
    };
  return { verdict: 'passed', reason: '' };
}

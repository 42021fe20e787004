/** Finds routes that nearly matched, and what differs. This explains why another route, or no route, was chosen. */
import { countEdits, MAX_EDITS } from '@gatewright/aws/text/count-edits';
import { fits, isGreedy, isSame, segmentsOf } from '../../core/routing/template-fit.ts';
import { ANY_METHODS } from '../../core/routing/rest-routes.ts';
import type { NearMiss } from '../explain/circumstances.ts';
import type { RoutePlan } from '../../core/deployment/model.ts';

type Named = Pick<RoutePlan, 'httpMethod' | 'resourcePath'>;

const MAX_MISSES = 5;

type Near = Omit<NearMiss, 'route'> & {
  readonly distance: number;
  /** The number of edits between the segments, if the paths differ in one segment. */
  readonly edits?: number;
};

/** Returns the near misses, nearest first, without the route that was chosen. */
export function findNearMisses(
  plans: readonly Named[],
  method: string,
  path: string,
  answered: Named | undefined,
): readonly NearMiss[] {
  const found = plans
    .filter((plan) => plan !== answered && plan.resourcePath.startsWith('/'))
    .flatMap((plan) => {
      const near = compare(plan, method, path, answered);
      return near === undefined ? [] : [{ ...near, route: `${plan.httpMethod} ${plan.resourcePath}` }];
    });
  // Beside /books, /broken is not close to /book.
  const fewest = Math.min(...found.flatMap(({ edits = Infinity }) => edits));
  return found
    .filter(({ edits = 0 }) => edits <= fewest + 1)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MAX_MISSES)
    .map(({ route, because, otherMethod, advice, lacksRoot, isFar, distance }) => ({
      route,
      because,
      ...(advice !== undefined && { advice }),
      ...(lacksRoot !== undefined && { lacksRoot }),
      ...(distance === 0 && { isSameRoute: true as const }),
      ...(isFar !== undefined && { isFar }),
      ...(otherMethod !== undefined && { otherMethod }),
    }));
}

/** Returns the route that serves the path; undefined if there is none. */
export function findServed<Plan extends Named>(
  plans: readonly Plan[],
  method: string,
  path: string,
): Plan | undefined {
  return plans.find(
    ({ httpMethod, resourcePath }) =>
      (httpMethod === 'ANY' || httpMethod === method) &&
      resourcePath.startsWith('/') &&
      fits(resourcePath, path),
  );
}

function compare(
  { httpMethod, resourcePath }: Named,
  method: string,
  path: string,
  answered: Named | undefined,
): Near | undefined {
  const isVerb = httpMethod === 'ANY' || httpMethod === method;
  if (fits(resourcePath, path)) {
    if (!isVerb) {
      const because = `it accepts ${httpMethod}, but the method of the request is ${method}`;
      return { distance: 0, because, otherMethod: httpMethod };
    }
    return answered === undefined
      ? { distance: 0, ...describeUnmatched(path, method) }
      : { distance: 1, because: `it also matches, but ${answered.resourcePath} is more specific` };
  }
  if (answered !== undefined || !isVerb) return undefined;
  if (fits(resourcePath.toLowerCase(), path.toLowerCase()))
    return { distance: 0, because: 'only upper and lower case differ' };
  const wanted = segmentsOf(resourcePath);
  const given = segmentsOf(path);
  const differing = wanted.filter((segment, index) => !isSame(segment, given[index]));
  if (wanted.length === given.length && differing.length === 1) {
    const [segment = ''] = differing;
    const other = given[wanted.indexOf(segment)] ?? '';
    // The most similar segment comes first.
    const edits = countEdits(segment.toLowerCase(), other.toLowerCase());
    // Such a route has nothing in common with the request.
    if (edits > MAX_EDITS && wanted.length === 1) return undefined;
    return {
      distance: 2 + edits / (MAX_EDITS + 2),
      edits,
      ...(edits > MAX_EDITS && { isFar: true }),
      because: `it has /${segment} where the request’s path has /${other}`,
    };
  }
  const greedy = wanted.at(-1) ?? '';
  if (
    isGreedy(greedy) &&
    wanted.length === given.length + 1 &&
    given.every((one, at) => isSame(wanted[at] ?? '', one))
  )
    return {
      distance: 1,
      because: `its variable ${greedy} stands for at least one segment, and the request’s path has no segment at that place`,
      ...(given.length === 0
        ? { lacksRoot: true as const }
        : { advice: `Add a route ${method} ${path}, and deploy the API again.` }),
    };
  const shared = wanted.findIndex((segment, index) => !isSame(segment, given[index]));
  const isLonger = shared === -1 && given.length > wanted.length;
  if (isLonger) return describeLonger(greedy, given.slice(wanted.length));
  if (given.every((segment, index) => isSame(wanted[index] ?? '', segment)) && given.length > 0)
    return { distance: 3, because: `the request’s path lacks /${wanted.slice(given.length).join('/')}` };
  const edits = countEdits(resourcePath.toLowerCase(), path.toLowerCase());
  return edits <= MAX_EDITS
    ? {
        distance: 3 + edits,
        because: `its path differs in ${edits} ${edits === 1 ? 'character' : 'characters'}`,
      }
    : undefined;
}

/** A path that has more segments than the route. A variable at the end may have been meant for all of them. */
function describeLonger(last: string, rest: readonly string[]): Near {
  const because = `the request’s path continues with /${rest.join('/')}`;
  return isPlainVariable(last)
    ? {
        distance: 3,
        because: `${because}, and ${last} stands for one segment`,
        advice: `Write the end of the route as ${last.replace('}', '+}')}, which stands for all further segments. Then deploy the API again. The name of the variable stays the same, and so do the mappings from it.`,
      }
    : { distance: 3, because };
}

function isPlainVariable(segment: string): boolean {
  return segment.startsWith('{') && !isGreedy(segment);
}

export const WITHOUT_SLASH = 'Send the path without the trailing slash.';

/**
 * Says why a route was not chosen although its segments match the path: the path differs in its slashes
 * (docs/aws §2.2).
 */
function describeUnmatched(path: string, method: string): Pick<Near, 'because' | 'advice'> {
  if (/%2f/i.test(path))
    return {
      because: 'the gateway decodes %2F before it chooses a route, so %2F separates two segments',
      advice:
        'Encode a slash within a value twice, as %252F, or end the path of the route with a greedy variable such as {id+}.',
    };
  if (path.endsWith('/'))
    return {
      because: 'the request’s path ends with a slash',
      advice: WITHOUT_SLASH,
    };
  return path.includes('//')
    ? {
        because: 'the request’s path has an empty segment (//)',
        advice: 'Send the path without the second slash.',
      }
    : {
        because: `ANY does not cover the method ${method}`,
        advice: `Use one of the methods that ANY covers: ${ANY_METHODS.join(', ')}.`,
      };
}

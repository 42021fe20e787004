/** Resolves the selectors of the rules in the loaded stacks. The functions are pure. */
import type { RoutePlan } from '../../core/deployment/model.ts';
import { actsOn } from './acts-on.ts';
import type { FaultRule } from './model.ts';

type Named = { readonly name: string; readonly logicalId: string };

export type FaultTargets = {
  /** The REST APIs, HTTP APIs and function URLs, each with its routes. */
  readonly apis: readonly (Named & { readonly id: string; readonly routes: readonly TargetRoute[] })[];
  readonly functions: readonly Named[];
  /** The tables; undefined means that the tables are not in the embedded DynamoDB, so rules cannot select them. */
  readonly tables: readonly Named[] | undefined;
};

type TargetRoute = Pick<RoutePlan, 'routeKey' | 'integration'> & {
  /** The function that the integration calls in its stage; undefined if it calls none. */
  readonly functionName: string | undefined;
};

/** A rule whose selectors are resolved. An undefined selector means any. */
export type BoundRule = {
  readonly rule: FaultRule;
  readonly apiIds: ReadonlySet<string> | undefined;
  readonly functions: ReadonlySet<string> | undefined;
  readonly table: string | undefined;
};

type Unbound = { readonly line: number; readonly message: string };

/** Resolves the selectors of rules. A rule that names something unknown, or cannot have an effect, is `unbound`. */
export function bindRules(
  rules: readonly FaultRule[],
  targets: FaultTargets,
): { readonly bound: readonly BoundRule[]; readonly unbound: readonly Unbound[] } {
  const all = rules.map((rule) => bindRule(rule, targets));
  return {
    bound: all.flatMap((one) => ('rule' in one ? [one] : [])),
    unbound: all.flatMap((one) => ('message' in one ? [one] : [])),
  };
}

function bindRule(rule: FaultRule, targets: FaultTargets): BoundRule | Unbound {
  const apis = targets.apis.filter(
    (api) => rule.api === undefined || isCalled(api, rule.api) || api.id === rule.api,
  );
  if (apis.length === 0 && rule.api !== undefined)
    return unknown(rule, 'api', 'REST or HTTP API', targets.apis);
  const functions = targets.functions.filter((one) => isCalled(one, rule.function ?? ''));
  if (functions.length === 0 && rule.function !== undefined)
    return unknown(rule, 'function', 'function', targets.functions);
  const { fault } = rule;
  const table = fault.kind === 'table' ? bindTable(rule, fault.table, targets) : undefined;
  if (typeof table === 'object') return table;
  return (
    findRouteProblem(rule, apis, functions) ?? {
      rule,
      apiIds: rule.api === undefined ? undefined : new Set(apis.map(({ id }) => id)),
      functions: rule.function === undefined ? undefined : new Set(functions.map(({ name }) => name)),
      table,
    }
  );
}

function bindTable(rule: FaultRule, wanted: string, { tables }: FaultTargets): string | Unbound {
  if (tables === undefined)
    return {
      line: rule.lines.table ?? rule.line,
      message: 'only tables of the embedded DynamoDB can have faults: start without --dynamodb',
    };
  return tables.find((one) => isCalled(one, wanted))?.name ?? unknown(rule, 'table', 'table', tables, wanted);
}

function findRouteProblem(
  rule: FaultRule,
  apis: FaultTargets['apis'],
  functions: FaultTargets['functions'],
): Unbound | undefined {
  if (rule.fault.kind === 'table') return undefined;
  const routes = apis.flatMap((api) => api.routes);
  const named = routes.filter(({ routeKey }) => rule.route === undefined || routeKey === rule.route);
  const line = (rule.route === undefined ? rule.lines.api : rule.lines.route) ?? rule.line;
  if (named.length === 0 && rule.route !== undefined)
    return {
      line,
      message: `unknown route ${JSON.stringify(rule.route)}; ${expected(routes.map(({ routeKey }) => routeKey))}`,
    };
  const calling = named.filter(
    ({ functionName }) => rule.function === undefined || functions.some(({ name }) => name === functionName),
  );
  if (calling.length === 0 && rule.function !== undefined) {
    const which =
      rule.route === undefined ? 'no route calls' : `the route ${JSON.stringify(rule.route)} does not call`;
    return {
      line: rule.lines.function ?? rule.line,
      message: `${which} the function ${JSON.stringify(rule.function)}`,
    };
  }
  if (calling.some(({ integration }) => actsOn(rule, integration.kind))) return undefined;
  const where = rule.route ?? 'the routes';
  return { line, message: `${rule.fault.kind} has no effect on the integration of ${where}` };
}

function isCalled({ name, logicalId }: Named, wanted: string): boolean {
  return name === wanted || logicalId === wanted;
}

function unknown(
  rule: FaultRule,
  selector: 'api' | 'function' | 'table',
  what: string,
  known: readonly Named[],
  wanted = rule[selector as 'api' | 'function'],
): Unbound {
  const line = rule.lines[selector] ?? rule.line;
  const names = expected(known.map(({ name }) => name));
  return { line, message: `unknown ${what} ${JSON.stringify(wanted)}; ${names}` };
}

const MOST_LISTED = 10;

function expected(names: readonly string[]): string {
  const all = [...new Set(names)];
  if (all.length === 0) return 'there are none';
  const more = all.length > MOST_LISTED ? ` and ${all.length - MOST_LISTED} more` : '';
  return `expected ${all.length === 1 ? '' : 'one of '}${all.slice(0, MOST_LISTED).join(', ')}${more}`;
}

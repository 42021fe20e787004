/**
 * Finds the setting of provider.apiGateway from which osls generates an API key or a usage plan. If the service has
 * several plans, the name of the plan is at the end of these resources' ids. The id of a key also ends with a number.
 */
import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import { lowerFirst } from '@gatewright/aws/violations';
import { memberAt } from '../template-place.ts';
import type { Json } from '@gatewright/aws/json-object';
import type { Path, SourceTree } from '../cloudformation/template-source.ts';

const AT = ['provider', 'apiGateway'];

/** @returns undefined if the resource is neither a key nor a plan, or if the service does not have the setting */
export function findKeySetting(tree: SourceTree, logicalId: string, property: Path): Path | undefined {
  const [, plan] = /^ApiGatewayUsagePlan(\w*)$/.exec(logicalId) ?? [];
  const [, ofPlan, number] = /^ApiGatewayApiKey(\D*)(\d+)$/.exec(logicalId) ?? [];
  if (number !== undefined) {
    const list = findNamed(tree, [...AT, 'apiKeys'], ofPlan ?? '');
    const at = [...list, String(Number(number) - 1), ...property.map(lowerFirst)];
    return nearest(tree, at, list.length + 1);
  }
  if (plan === undefined) return undefined;
  const own = findNamed(tree, [...AT, 'usagePlan'], plan);
  return nearest(tree, [...own, ...property.map(lowerFirst)], own.length);
}

/** A setting for several plans is a list of mappings, each with the name of a plan as its key. */
function findNamed(tree: SourceTree, at: Path, wanted: string): Path {
  const list: Json | undefined = memberAt(tree.value, at);
  if (wanted === '' || !isJsonList(list)) return at;
  for (const [index, one] of list.entries())
    for (const name of isJsonObject(one) ? Object.keys(one) : [])
      if (normalize(name) === wanted) return [...at, String(index), name];
  return at;
}

/** Converts a name to the form that osls uses in logical ids. */
function normalize(name: string): string {
  const [first = ''] = name;
  return `${first.toUpperCase()}${name.slice(1)}`;
}

function nearest(tree: SourceTree, path: Path, least: number): Path | undefined {
  for (let length = path.length; length >= least; length -= 1)
    if (memberAt(tree.value, path.slice(0, length)) !== undefined) return path.slice(0, length);
  return undefined;
}

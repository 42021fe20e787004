/** Finds errors in the attribute IgnoreGlobals of a resource that SAM's transform refuses. */
import { isJsonList } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { nearestOf } from '../../core/deployability/spelling.ts';
import type { SamExpansion } from './sam-expansion.ts';

/**
 * Refuses a value of IgnoreGlobals that SAM cannot use (samtranslator 1.115.0, plugins/globals/globals.py,
 * InvalidResourceAttributeTypeException).
 */
export function judgeIgnored(
  expansion: SamExpansion,
  logicalId: string,
  ignored: Json | undefined,
  globals: JsonObject,
): void {
  if (ignored === undefined || ignored === '*') return;
  const says = `Resource ${logicalId} has invalid resource attribute 'IgnoreGlobals'`;
  if (!isJsonList(ignored)) {
    expansion.refuse(
      logicalId,
      ['IgnoreGlobals'],
      `${says}.`,
      "write IgnoreGlobals: '*', or a list of names",
      [],
    );
    return;
  }
  for (const [index, key] of ignored.entries())
    if (typeof key !== 'string' || !Object.hasOwn(globals, key)) {
      const name = typeof key === 'string' ? key : JSON.stringify(key);
      const meant = nearestOf(name, Object.keys(globals));
      expansion.refuse(
        logicalId,
        ['IgnoreGlobals', String(index)],
        `${says} on item '${name}'.`,
        meant === undefined
          ? `remove ${name}, which Globals do not set`
          : `write ${meant} instead of ${name}`,
        [],
      );
    }
}

/**
 * What API calls made of an API's stages, put into the same API as its template defines it anew. A template changes
 * what has changed in it since it was loaded last, property by property, as an update of a stack does at AWS; all
 * else stays as calls left it (docs/decisions/0014).
 */
import { DefinitionError } from '../errors.ts';
import { isSameJson } from './same-json.ts';
import { readRestStage } from './read-stages.ts';
import { mapOf, textOf } from './resource-properties.ts';
import type { JsonObject } from '../definition/model.ts';
import type { ApiState } from './api-state.ts';
import type { ControlResource } from './control-resource.ts';

/** `next` is fresh from its template; `before` is what has been served so far. REST only: nothing else is edited by calls. */
export function carryOver(before: ApiState, next: ApiState): void {
  if (before.identity.protocol !== 'rest') return;
  for (const { compiled } of before.deployments)
    if (!before.isDefinedDeployment(compiled.id)) next.adoptDeployment(before, compiled.id);
  for (const name of new Set([...next.stages, ...before.stages].map(({ settings }) => settings.name))) {
    const source = mergeStage(name, before, next);
    if (source === undefined) next.removeStage(name);
    else putStage(source, before, next);
  }
}

/** The stage as it is from now on; undefined = there is none. */
function mergeStage(name: string, before: ApiState, next: ApiState): ControlResource | undefined {
  const was = before.definedStage(name);
  const now = next.stage(name)?.settings.source;
  const current = before.stage(name)?.settings.source;
  // Made by a call, or taken out of the template, whatever calls made of it.
  if (now === undefined) return was === undefined ? current : undefined;
  // New in the template.
  if (was === undefined) return now;
  // Deleted by a call; it comes back with another definition.
  if (current === undefined) return isSameJson(was, now.properties) ? undefined : now;
  return { ...now, properties: mergeProperties(was, current.properties, now.properties) };
}

/** Of each property what the template says, where it says something new; else what calls made of it. */
function mergeProperties(was: JsonObject, current: JsonObject, now: JsonObject): JsonObject {
  const names = new Set([...Object.keys(current), ...Object.keys(now)]);
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = isSameJson(was[name], now[name]) ? current[name] : now[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** The template's own definition stands where the two together are none that AWS takes. */
function putStage(source: ControlResource, before: ApiState, next: ApiState): void {
  try {
    const settings = readRestStage(source);
    for (const id of [
      settings.deploymentId,
      textOf(mapOf(source.properties, 'CanarySetting'), 'DeploymentId'),
    ])
      if (id !== '') next.adoptDeployment(before, id);
    next.putStage(settings);
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
  }
}

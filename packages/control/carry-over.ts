/**
 * What API calls made of an API, put into the same API as its template defines it anew. A template changes
 * what has changed in it since it was loaded last, property by property, as an update of a stack does at AWS; all
 * else stays as calls left it.
 */
import { DefinitionError, Faults } from '../core/errors.ts';
import { compileDeployment } from './compile-deployment.ts';
import { faultsOf, routeKeysOf } from './edit-v2.ts';
import { mergeDocumentation } from './documentation.ts';
import { mergeDefined, mergeProperties } from './merge-defined.ts';
import { isSameJson } from './same-json.ts';
import { readRestStage, readV2Stage } from './read-stages.ts';
import { isSet, mapOf, textOf } from '../core/stack/json-values.ts';
import type { ApiState } from './api-state.ts';
import type { ControlResource } from './control-resource.ts';
import type { StageSettings } from './stage-settings.ts';

/** `next` is fresh from its template; `before` is what has been served so far. */
export function carryOver(before: ApiState, next: ApiState, allowsUnguarded: boolean): void {
  if (before.identity.protocol !== next.identity.protocol) return;
  if (next.identity.protocol !== 'rest') carryOverResources(before, next);
  else carryOverDocumentation(before, next);
  for (const { compiled } of before.deployments)
    if (!before.isDefinedDeployment(compiled.id)) next.adoptDeployment(before, compiled.id);
  for (const name of new Set([...next.stages, ...before.stages].map(({ settings }) => settings.name))) {
    const source = mergeStage(name, before, next);
    if (source === undefined) next.removeStage(name);
    else putStage(source, before, next, allowsUnguarded);
  }
}

/**
 * Resources of an HTTP or WebSocket API that calls have edited. Where they and the template's news are no API
 * together (a route to an integration that is gone), the template's own definition stands.
 */
function carryOverResources(before: ApiState, next: ApiState): void {
  const { definedResources: was, resources: current } = before;
  if (was === undefined || was === current) return;
  const own = next.resources;
  const merged = mergeDefined(was, current, own);
  const known = new Set(faultsOf(next.identity, own).map(({ message }) => message));
  if (faultsOf(next.identity, merged).some(({ message }) => !known.has(message))) return;
  next.adoptResources(merged, before.isEdited);
}

/** No deployment has it, so that nothing else of a REST API would remember what calls made of it. */
function carryOverDocumentation(before: ApiState, next: ApiState): void {
  const was = before.definedResources?.documentation;
  const { documentation: current } = before.resources;
  if (was === undefined || was === current) return;
  const documentation = mergeDocumentation(was, current, next.resources.documentation);
  next.adoptResources({ ...next.resources, documentation }, next.isEdited);
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

/** The template's own definition stands where the two together are none that AWS takes. */
function putStage(source: ControlResource, before: ApiState, next: ApiState, allowsUnguarded: boolean): void {
  try {
    const settings = readStage(source, next);
    const canaryId = textOf(mapOf(source.properties, 'CanarySetting'), 'DeploymentId');
    if (isSet(source.properties, 'AutoDeploy')) deployAgain(settings.deploymentId, next, allowsUnguarded);
    // A stage that has stopped to deploy itself stays at what it deployed last, whose id its template uses again.
    else next.adoptDeployment(before, settings.deploymentId, settings.deploymentId.startsWith('auto-'));
    next.adoptDeployment(before, canaryId);
    next.putStage(settings);
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
  }
}

function readStage(source: ControlResource, { identity, resources }: ApiState): StageSettings {
  if (identity.protocol === 'rest') return readRestStage(source);
  return readV2Stage(source, identity.protocol === 'http', routeKeysOf(resources));
}

/** The template's own resources are compiled already, with all that there is to tell of them. */
function deployAgain(id: string, next: ApiState, allowsUnguarded: boolean): void {
  const { identity, resources, isEdited } = next;
  if (next.deployment(id)?.resources === resources) return;
  next.addDeployment(compileDeployment(id, identity, resources, new Faults(allowsUnguarded)));
  next.adoptResources(resources, isEdited);
}

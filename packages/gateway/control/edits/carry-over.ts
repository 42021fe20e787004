/**
 * Merges edits by API calls into the API of a reloaded template. A change that the template has made since the last
 * load takes precedence, property by property, as in a stack update on AWS. Everything else stays as the API calls left
 * it.
 */
import { DefinitionError, Faults } from '../../core/errors.ts';
import { compileDeployment } from '../compile-deployment.ts';
import { faultsOf, routeKeysOf } from './edit-v2.ts';
import { mergeDocumentation } from '../export/documentation.ts';
import { mergeDefined, mergeProperties } from './merge-defined.ts';
import { isSameJson } from '@gatewright/aws/equal-json';
import { readRestStage, readV2Stage } from '../loading/read-stages.ts';
import { isTrue, mapOf, textOf } from '@gatewright/aws/json-object';
import type { ApiResources, ApiState } from '../api-state.ts';
import type { ControlResource } from '../control-resource.ts';
import type { StageSettings } from '../stage-settings.ts';

/**
 * Applies to `next` the edits that API calls have made to `before`. `before` is the API that is being served, and
 * `next` was just built from its template.
 */
export function carryOver(before: ApiState, next: ApiState, allowsUnguarded: boolean): void {
  if (before.identity.protocol !== next.identity.protocol) return;
  if (next.identity.protocol !== 'rest') carryOverResources(before, next);
  else carryOverRestResources(before, next, allowsUnguarded);
  for (const { compiled } of before.deployments)
    if (!before.isDefinedDeployment(compiled.id)) next.adoptDeployment(before, compiled.id);
  for (const name of new Set([...next.stages, ...before.stages].map(({ settings }) => settings.name))) {
    const source = mergeStage(name, before, next);
    if (source === undefined) next.removeStage(name);
    else putStage(source, before, next, allowsUnguarded);
  }
}

/**
 * Carries over the edited resources of an HTTP or WebSocket API. If they do not fit the template's changes (such as a
 * route to a removed integration), the template's own definition is used.
 */
function carryOverResources(before: ApiState, next: ApiState): void {
  const { definedResources: was, resources: current } = before;
  if (was === undefined || was === current) return;
  const own = next.resources;
  const merged = mergeDefined(was, current, own);
  if (addsFaults(next.identity, own, merged)) return;
  next.adoptResources(merged, before.isEdited);
}

/**
 * Carries over the edited resources of a REST API. A deployment that the template has added contains them, because on
 * AWS a deployment contains the API as it is, and not as the template defines it. If the edits do not fit the
 * template's changes, only the edits of the documentation are carried over.
 */
function carryOverRestResources(before: ApiState, next: ApiState, allowsUnguarded: boolean): void {
  const { definedResources: was, resources: current } = before;
  if (was === undefined || was === current) return;
  const { resources: own, identity } = next;
  const documentation = mergeDocumentation(was.documentation, current.documentation, own.documentation);
  const merged = mergeRest(was, current, { ...own, documentation });
  if (addsFaults(identity, own, merged)) {
    next.adoptResources({ ...own, documentation }, next.isEdited);
    return;
  }
  next.adoptResources(merged, before.isEdited);
  for (const { compiled, resources: made, description } of next.deployments) {
    if (before.isDefinedDeployment(compiled.id)) continue;
    const left = new Set(own.methods.filter((method) => !made.methods.includes(method)).map(({ id }) => id));
    const deployed = { ...merged, methods: merged.methods.filter(({ id }) => !left.has(id)) };
    const faults = new Faults(allowsUnguarded);
    next.addDeployment(compileDeployment(compiled.id, identity, deployed, faults), description, deployed);
  }
}

/**
 * Merges the paths of a REST API in the same way as its other parts, and drops the methods of paths that no longer
 * exist.
 */
function mergeRest(was: ApiResources, current: ApiResources, now: ApiResources): ApiResources {
  const parts = mergeDefined(was, current, now);
  const gone = new Set([...was.resources.keys()].filter((id) => !now.resources.has(id)));
  const deleted = new Set([...was.resources.keys()].filter((id) => !current.resources.has(id)));
  const resources = new Map(
    [...current.resources, ...now.resources].filter(([id]) => !gone.has(id) && !deleted.has(id)),
  );
  const methods = parts.methods.filter(({ properties }) => resources.has(textOf(properties, 'ResourceId')));
  const { deletedModels } = current;
  return { ...parts, resources, methods, ...(deletedModels && { deletedModels }) };
}

/** Returns whether the merged resources have a fault that the template's own resources do not have. */
function addsFaults(identity: ApiState['identity'], own: ApiResources, merged: ApiResources): boolean {
  const known = new Set(faultsOf(identity, own).map(({ message }) => message));
  return faultsOf(identity, merged).some(({ message }) => !known.has(message));
}

/** Returns the merged stage; undefined means that there is no stage. */
function mergeStage(name: string, before: ApiState, next: ApiState): ControlResource | undefined {
  const was = before.definedStage(name);
  const now = next.stage(name)?.settings.source;
  const current = before.stage(name)?.settings.source;
  // The stage was created with an API call, or was removed from the template. A removed stage is deleted, even if calls
  // changed it.
  if (now === undefined) return was === undefined ? current : undefined;
  // The stage is new in the template.
  if (was === undefined) return now;
  // An API call deleted the stage. The stage returns when its definition in the template changes.
  if (current === undefined) return isSameJson(was, now.properties) ? undefined : now;
  return { ...now, properties: mergeProperties(was, current.properties, now.properties) };
}

/** Creates the merged stage. If it is invalid, the template's own definition is used. */
function putStage(source: ControlResource, before: ApiState, next: ApiState, allowsUnguarded: boolean): void {
  try {
    const settings = readStage(source, next);
    const canaryId = textOf(mapOf(source.properties, 'CanarySetting'), 'DeploymentId');
    if (isTrue(source.properties['AutoDeploy'])) deployAgain(settings.deploymentId, next, allowsUnguarded);
    // A stage that no longer deploys automatically stays at its last deployment. The id of that deployment is the same
    // as in the template.
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

/**
 * Compiles the merged resources. The template's own resources are not compiled again, because they are already compiled
 * and their faults are reported.
 */
function deployAgain(id: string, next: ApiState, allowsUnguarded: boolean): void {
  const { identity, resources, isEdited } = next;
  if (next.deployment(id)?.resources === resources) return;
  next.addDeployment(compileDeployment(id, identity, resources, new Faults(allowsUnguarded)));
  next.adoptResources(resources, isEdited);
}

/**
 * Finds APIs that use the toolkit's authorizers but have no access document. They respond with 500 to every request.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { ProtectedStack } from '../compile/build-access.ts';
import { readWiring } from './read-wiring.ts';

/** An API without a document. `stage` is the stage of the API itself, as in its address. */
type UnprotectedApi = Pick<ProtectedStack, 'stack' | 'logicalId' | 'stage'>;

/**
 * Describes an API without a document.
 * @param named another stage of the toolkit, for which a document protects this API in the same CloudFormation stack;
 * undefined if there is none
 */
export function describeUnprotected(
  { stack, logicalId, stage: name }: UnprotectedApi,
  stage: string,
  named?: string,
): string {
  const what = `API ${logicalId} of stack ${stack}, stage ${name}, uses Gatewright’s authorizers, but no access document protects it`;
  return named === undefined
    ? `${what}, so every call is answered with 500: add this API under api in a document, as ${stage}: { stack: ${stack}, logicalId: ${logicalId}, stage: ${name} }, and run gatewright access sync (if a document has this line already, only run the command)`
    : `${what} in stage ${stage}; a document names the stack ${stack} only for stage ${named}. For SAM, name the stack of ${stage} in samconfig.toml: set stack_name under [${stage}.deploy.parameters]`;
}

/**
 * Returns the unprotected APIs of a compiled template with unresolved intrinsics. A document that names an API only by
 * its id is ignored, because a template does not contain ids.
 */
export function findUnprotectedApis(
  protects: readonly ProtectedStack[],
  stackName: string,
  resources: Readonly<Record<string, unknown>>,
): readonly UnprotectedApi[] {
  return Object.keys(resources)
    .filter((logicalId) => readWiring(resources, logicalId).length > 0)
    .flatMap((logicalId) => stagesOf(resources, logicalId).map((stage) => ({ logicalId, stage })))
    .filter(
      (api) =>
        !protects.some(
          ({ stack, logicalId, stage }) =>
            stack === stackName && logicalId === api.logicalId && stage === api.stage,
        ),
    )
    .map((api) => ({ stack: stackName, ...api }));
}

/**
 * Returns the stages that somebody wants to call. A deployment can also create a stage. If the template has stages of
 * its own, that stage is an accident, such as the stage `Stage` of SAM: its requests get 500, and no document should
 * open it.
 */
function stagesOf(resources: Readonly<Record<string, unknown>>, logicalId: string): readonly string[] {
  const [own = [], deployed = []] = [/^AWS::ApiGateway(V2)?::Stage$/, /^AWS::ApiGateway::Deployment$/].map(
    (types) =>
      Object.values(resources).flatMap((resource) => {
        const { Type: type, Properties } = membersOf(resource);
        const properties = membersOf(Properties);
        const { Ref: api } = membersOf(properties['RestApiId'] ?? properties['ApiId']);
        const name = properties['StageName'];
        return api === logicalId && types.test(String(type)) && typeof name === 'string' ? [name] : [];
      }),
  );
  return [...new Set(own.length > 0 ? own : deployed)];
}

/**
 * The SAM transform (`AWS::Serverless-2016-10-31`) as far as the gateway serves it: functions with Api and HttpApi
 * events, both kinds of API, tables and layers. Every other type is refused by name, every other property reported.
 * APIs become the resources that their OpenAPI document would make; one that brings its own document keeps it as `Body`.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
 */
import type { JsonObject } from './model.ts';
import type { Finding } from './raw-stack.ts';
import { SamExpansion } from './sam-expansion.ts';
import { expandFunction } from './sam-function.ts';
import { expandHttpApi } from './sam-http-api.ts';
import { expandRestApi } from './sam-rest-api.ts';
import { expandLayer, expandTable } from './sam-simple.ts';
import { isJsonObject } from './template-source.ts';
import type { SourceTree } from './template-source.ts';

export const SAM_TRANSFORM = 'AWS::Serverless-2016-10-31';

export type Expanded = {
  /** Plain CloudFormation. */
  readonly template: JsonObject;
  /** Logical id of a resource that SAM makes → logical id of the one that it comes from. */
  readonly origins: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
};

/** @throws DefinitionError for a SAM type that is not served, and for what SAM itself refuses. */
export function expandSam(template: JsonObject, tree: SourceTree): Expanded {
  const { Globals: globals, Resources: declared, ...sections } = template;
  const expansion = new SamExpansion(tree, globals);
  for (const [logicalId, resource] of Object.entries(isJsonObject(declared) ? declared : {})) {
    const type = isJsonObject(resource) ? resource['Type'] : undefined;
    if (!isJsonObject(resource) || typeof type !== 'string' || !type.startsWith('AWS::Serverless::')) {
      expansion.copy(logicalId, resource);
      continue;
    }
    switch (type) {
      case 'AWS::Serverless::Function':
        expandFunction(expansion, logicalId, resource);
        break;
      case 'AWS::Serverless::Api':
        expansion.declareApi('rest', logicalId, resource);
        break;
      case 'AWS::Serverless::HttpApi':
        expansion.declareApi('http', logicalId, resource);
        break;
      case 'AWS::Serverless::SimpleTable':
        expandTable(expansion, logicalId, resource);
        break;
      case 'AWS::Serverless::LayerVersion':
        expandLayer(expansion, logicalId, resource);
        break;
      default:
        expansion.fail(
          logicalId,
          `${type} cannot be loaded; deploy it, or leave it out of the local template`,
        );
    }
  }
  for (const api of expansion.apis()) {
    if (api.kind === 'rest') expandRestApi(expansion, api);
    else expandHttpApi(expansion, api);
  }
  const { resources, origins, findings } = expansion;
  return { template: { ...sections, Resources: Object.fromEntries(resources) }, origins, findings };
}

/**
 * Stages behind a web ACL that no service here evaluates: they are closed, unless `--allow-unguarded` permits
 * them.
 */
import { DefinitionError } from '../../core/errors.ts';
import { resourcesOf } from '../control-resource.ts';
import { textOf } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { Tolerance } from '../../core/errors.ts';
import type { ApiIdentity } from '../../core/deployment/model.ts';

/** Why a stage of this API must not answer; undefined if it may. */
export type UnguardedStages = (api: ApiIdentity) => (stageName: string) => string | undefined;

const ASSOCIATIONS = ['AWS::WAFv2::WebACLAssociation', 'AWS::WAFRegional::WebACLAssociation'];
/** `arn:aws:apigateway:eu-central-1::/restapis/{id}/stages/{name}`; load balancers have others. */
const STAGE_ARN = /^arn:[^:]*:apigateway:[^:]*::\/restapis\/([^/]+)\/stages\/([^/]+)$/;

/** @param isServed whether a service here screens stages by resources of this type */
export function readUnguardedStages(
  stacks: readonly ResolvedStack[],
  tolerance: Tolerance,
  isServed: (type: string) => boolean,
): UnguardedStages {
  if (tolerance.allowsUnguarded) return () => () => undefined;
  const reasons = new Map<string, string>();
  let everyStage: string | undefined;
  for (const association of resourcesOf(
    stacks,
    ASSOCIATIONS.filter((type) => !isServed(type)),
  )) {
    if (association.unresolved?.includes('ResourceArn') === true) {
      const error = new DefinitionError(association.place('ResourceArn'), 'the guarded stage is unknown');
      tolerance.note(error, 'all stages of REST APIs answer 500; --allow-unguarded serves them without it');
      everyStage ??= `${error.describe()}: it may be this one`;
      continue;
    }
    const [, apiId, stageName] = STAGE_ARN.exec(textOf(association.properties, 'ResourceArn')) ?? [];
    if (apiId === undefined || stageName === undefined) continue;
    const error = new DefinitionError(association.place(), 'this web ACL is not evaluated here');
    tolerance.note(
      error,
      `stage ${stageName} answers 500 to every request; --allow-unguarded serves it without`,
    );
    reasons.set(`${apiId}/${stageName}`, `${error.describe()}, and a web ACL guards the stage`);
  }
  return ({ apiId }) =>
    (stageName) =>
      reasons.get(`${apiId}/${stageName}`) ?? everyStage;
}

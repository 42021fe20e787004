/**
 * Finds files that a template names by a path and that do not exist on this machine. `aws cloudformation package` and
 * `sam package` fail without them. Their content is not checked. Missing documents of APIs, templates of nested stacks
 * and code of functions are found when they are read.
 */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import { makeFinding } from '../../../core/deployability/finding.ts';
import { PACKAGED_PROPERTIES } from '../../../core/resource-types/packaged-properties.ts';
import type { DeployFinding } from '../../../core/deployability/finding.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';

/** Types whose files are found when they are read. */
type ReadElsewhere =
  | 'AWS::ApiGateway::RestApi'
  | 'AWS::ApiGatewayV2::Api'
  | 'AWS::Lambda::Function'
  | 'AWS::CloudFormation::Stack';

const { 'AWS::Lambda::LayerVersion': layer, 'AWS::StepFunctions::StateMachine': machine } =
  PACKAGED_PROPERTIES;
const NAMED_BY: Readonly<
  Record<Exclude<keyof typeof PACKAGED_PROPERTIES, ReadElsewhere>, string> & Record<string, string>
> = {
  'AWS::Lambda::LayerVersion': layer,
  'AWS::Serverless::LayerVersion': 'ContentUri',
  'AWS::StepFunctions::StateMachine': machine,
  'AWS::Serverless::StateMachine': 'DefinitionUri',
};

export function findMissingFiles({ stackName, file, source }: ResolvedStack): readonly DeployFinding[] {
  const { original, template = {}, lineOf } = source ?? {};
  return Object.entries(mapOf(original ?? template, 'Resources')).flatMap(([logicalId, resource]) => {
    const type = textOf(membersOf(resource), 'Type');
    const property = Object.hasOwn(NAMED_BY, type) ? NAMED_BY[type] : undefined;
    const path = property === undefined ? undefined : mapOf(membersOf(resource), 'Properties')[property];
    if (property === undefined || typeof path !== 'string' || /^(?:s3|https?):|\{\{resolve:/.test(path))
      return [];
    if (existsSync(resolve(dirname(file), path))) return [];
    const line = lineOf?.(['Resources', logicalId, 'Properties', property]);
    const at = { stack: stackName, resource: logicalId, type, property, file, line };
    return [makeFinding('missing-file', at, `${path} does not exist, so its content is not checked`)];
  });
}

/** Finds changes to a REST API that no stage serves, because its deployment stays the same. */
import { textOf } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../../stack/model.ts';
import { makeFinding } from '../finding.ts';
import type { DeployFinding } from '../finding.ts';
import { placeOf } from './place-of.ts';
import type { StackChanges } from './stack-changes.ts';

/** The types of resources that a deployment of a REST API contains. */
const DEPLOYED: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::Authorizer',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::Method',
  'AWS::ApiGateway::Model',
  'AWS::ApiGateway::RequestValidator',
  'AWS::ApiGateway::Resource',
]);
/** The properties of an API that do not take effect before the next deployment. */
const OF_API = [
  'Body',
  'BodyS3Location',
  'BinaryMediaTypes',
  'MinimumCompressionSize',
  'Policy',
  'ApiKeySourceType',
];
const SHOWN = 3;

/**
 * A deployment is a snapshot. An update that keeps the logical id and properties of the deployment creates no new
 * snapshot.
 */
export function judgeDeployments(changes: StackChanges): readonly DeployFinding[] {
  const { kept, added, removed, now } = changes;
  const isOf = ({ properties }: ResolvedResource, api: string): boolean => properties['RestApiId'] === api;
  return kept
    .filter(
      ({ now: { type, logicalId }, replacedBy }) =>
        type === 'AWS::ApiGateway::Deployment' &&
        replacedBy === undefined &&
        // A transform that generates a deployment gives the deployment a new logical id when the API changes.
        now.source?.made?.has(logicalId) !== true,
    )
    .flatMap(({ now: deployment }) => {
      const api = textOf(deployment.properties, 'RestApiId');
      const isRenewed = added.some((one) => one.type === 'AWS::ApiGateway::Deployment' && isOf(one, api));
      const parts = [
        ...added,
        ...removed,
        ...kept.filter(({ changed }) => changed.length > 0).map((change) => change.now),
      ].filter((one) => DEPLOYED.has(one.type) && isOf(one, api));
      const own = kept.filter(
        ({ now: one, changed }) =>
          one.type === 'AWS::ApiGateway::RestApi' &&
          one.physicalId === api &&
          changed.some((name) => OF_API.includes(name)),
      );
      const names = [...own.map((change) => change.now), ...parts].map(({ logicalId }) => logicalId);
      if (isRenewed || names.length === 0) return [];
      const shown = `${names.slice(0, SHOWN).join(', ')}${names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''}`;
      return [
        makeFinding(
          'update-not-deployed',
          placeOf(now, deployment, ''),
          `${shown} ${names.length === 1 ? 'changes' : 'change'}, but ${deployment.logicalId} stays the same, so its stages keep serving the old API`,
        ),
      ];
    });
}

/**
 * Finds parts of REST APIs that Terraform may create before a resource that they need, because neither an attribute nor
 * depends_on refers to this resource. Terraform creates such resources at the same time.
 */
import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import type { Finding } from '../raw-stack.ts';
import type { Instance } from './terraform-document.ts';
import { fullReferences, parseReference } from './terraform-references.ts';

type Need = {
  readonly needed: string;
  /** The attributes that must have the same value in the resource and in the resource that it needs. */
  readonly same: readonly string[];
  /** API Gateway's error message if the needed resource does not exist. */
  readonly words: string;
};

const NEEDS: Readonly<Record<string, Need>> = {
  // See hashicorp/terraform-provider-aws#196
  aws_api_gateway_integration_response: {
    needed: 'aws_api_gateway_integration',
    same: ['rest_api_id', 'resource_id'],
    words: 'No integration defined for method',
  },
  // See anomalyco/sst#3976
  aws_api_gateway_deployment: {
    needed: 'aws_api_gateway_method',
    same: ['rest_api_id'],
    words: "The REST API doesn't contain any methods",
  },
};

export function findEarlyParts(managed: readonly Instance[]): readonly Finding[] {
  return [...findPartsBeforeNeeds(managed), ...findLatePolicies(managed)];
}

/**
 * Finds resource policies that no deployment waits for. A stage serves the API as it was when it was deployed, so such
 * a policy may have no effect before the next deployment.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-create-attach.html
 */
function findLatePolicies(managed: readonly Instance[]): readonly Finding[] {
  const ofApi = (type: string, like: Instance): readonly Instance[] =>
    managed.filter(
      (one) =>
        one.type === type &&
        one.module.address === like.module.address &&
        referenceOf(one, 'rest_api_id') === referenceOf(like, 'rest_api_id'),
    );
  return managed.flatMap((policy): Finding[] => {
    if (policy.type !== 'aws_api_gateway_rest_api_policy') return [];
    const deployments = ofApi('aws_api_gateway_deployment', policy);
    const awaited = deployments.map((deployment) => awaitedBy(deployment, managed));
    if (deployments.length === 0 || awaited.some((one) => one === undefined || one.has(policy))) return [];
    return [
      {
        logicalId: policy.address,
        type: policy.type,
        property: 'policy',
        message: `the policy takes effect only with the next deployment, and ${deployments[0]?.address ?? ''} does not wait for the policy; list the policy in depends_on and triggers of the deployment`,
        consequence:
          'the gateway applies the policy at once; on AWS, the stage may serve requests that the policy denies',
      },
    ];
  });
}

function findPartsBeforeNeeds(managed: readonly Instance[]): readonly Finding[] {
  return managed.flatMap((part): Finding[] => {
    const need = NEEDS[part.type];
    if (need === undefined) return [];
    const needed = managed.filter(
      (other) =>
        other.type === need.needed &&
        other.module.address === part.module.address &&
        need.same.every((name) => referenceOf(part, name) === referenceOf(other, name)),
    );
    const awaited = awaitedBy(part, managed);
    if (needed.length === 0 || awaited === undefined || needed.some((one) => awaited.has(one))) return [];
    return [
      {
        logicalId: part.address,
        type: part.type,
        rule: 'terraform-order',
        message: `${need.words}; refer to ${needed[0]?.address ?? ''}, or list it in depends_on`,
        consequence: 'the order does not matter in this gateway',
      },
    ];
  });
}

function referenceOf({ expressions }: Instance, name: string): string {
  const [reference = ''] = fullReferences(expressions[name]);
  return reference;
}

/**
 * Returns the resources of the module that Terraform creates before the given resource; undefined if some of them are
 * not known, because a reference points outside the module.
 */
function awaitedBy(from: Instance, managed: readonly Instance[]): ReadonlySet<Instance> | undefined {
  const found = new Set<Instance>();
  const open = [from];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const all = [...referencesIn(next.expressions), ...next.dependsOn].map(parseReference);
    if (all.some(({ kind }) => kind !== 'resource' && kind !== 'plain')) return undefined;
    for (const reference of all) {
      if (reference.kind !== 'resource' || reference.isData) continue;
      for (const one of managed)
        if (
          one.type === reference.type &&
          one.name === reference.name &&
          one.module.address === from.module.address &&
          !found.has(one)
        ) {
          found.add(one);
          open.push(one);
        }
    }
  }
  return found;
}

function referencesIn(expression: Json): readonly string[] {
  if (isJsonList(expression)) return expression.flatMap(referencesIn);
  if (!isJsonObject(expression)) return [];
  return 'references' in expression
    ? fullReferences(expression)
    : Object.values(expression).flatMap(referencesIn);
}

/** The quotas of IAM and Lambda for policies: sizes of documents, and numbers of policies. */
import { asText, isJsonList, isJsonObject, membersOf, textOf } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../stack/model.ts';
import type { RuleId } from './rules.ts';

/** The maximum number of characters of all inline policies of a role, without white space. */
export const ROLE_POLICY_CHARACTERS = 10_240;
const OWNERS = {
  'AWS::IAM::Role': { most: ROLE_POLICY_CHARACTERS, named: 'Roles' },
  'AWS::IAM::Group': { most: 5_120, named: 'Groups' },
  'AWS::IAM::User': { most: 2_048, named: 'Users' },
} as const;
const MANAGED_POLICY_CHARACTERS = 6_144;
const TRUST_POLICY_CHARACTERS = 2_048;
/** Lambda: "The final policy size (20597) is bigger than the limit (20480)." */
export const FUNCTION_POLICY_BYTES = 20_480;
/** The default quota of attached managed policies. AWS raises it to 20 on request. */
const MAX_MANAGED_POLICIES = 10;

type PolicyExcess = {
  readonly resource: ResolvedResource;
  readonly property: string;
  readonly rule: RuleId;
  readonly message: string;
  /** The remedy for this excess; absent if the remedy of the rule applies. */
  readonly remedy?: string;
};

/** Returns the number of characters of a policy, as IAM counts them: without white space between the members. */
export function policyCharacters(document: unknown): number {
  if (typeof document === 'string') return document.replaceAll(/\s+/g, '').length;
  return document === undefined ? 0 : JSON.stringify(document).length;
}

export function findPolicyExcess(resources: readonly ResolvedResource[]): readonly PolicyExcess[] {
  return [
    ...Object.entries(OWNERS).flatMap(([type, { most, named }]) =>
      resources
        .filter((resource) => resource.type === type)
        .flatMap((owner) => inlineExcess(owner, resources, most, named)),
    ),
    ...resources.flatMap(singleExcess),
    ...functionExcess(resources),
  ];
}

/**
 * Counts the characters of the policies within a role, user or group, and of the AWS::IAM::Policy and
 * AWS::IAM::RolePolicy resources that name this role, user or group.
 */
function inlineExcess(
  owner: ResolvedResource,
  resources: readonly ResolvedResource[],
  most: number,
  named: string,
): readonly PolicyExcess[] {
  const within = listOf(owner.properties['Policies']).map((policy) => membersOf(policy)['PolicyDocument']);
  const beside = resources.flatMap(({ type, properties }) => {
    const isOf =
      (type === 'AWS::IAM::Policy' && listOf(properties[named]).includes(owner.physicalId)) ||
      (type === 'AWS::IAM::RolePolicy' && properties['RoleName'] === owner.physicalId);
    return isOf ? [properties['PolicyDocument']] : [];
  });
  const characters = [...within, ...beside].reduce<number>((sum, one) => sum + policyCharacters(one), 0);
  return characters <= most
    ? []
    : [
        {
          resource: owner,
          property: within.length > 0 ? 'Policies' : '',
          rule: 'policy-size',
          message: `the inline policies have ${characters} characters in total; IAM allows at most ${most}`,
        },
      ];
}

function singleExcess(resource: ResolvedResource): readonly PolicyExcess[] {
  const { type, properties } = resource;
  const over = (property: string, most: number, called: string, remedy: string): readonly PolicyExcess[] => {
    const characters = policyCharacters(properties[property]);
    return characters <= most
      ? []
      : [
          {
            resource,
            property,
            rule: 'policy-size',
            message: `the ${called} has ${characters} characters; IAM allows at most ${most}`,
            remedy,
          },
        ];
  };
  if (type === 'AWS::IAM::ManagedPolicy')
    return over(
      'PolicyDocument',
      MANAGED_POLICY_CHARACTERS,
      'managed policy',
      `shorten the policy with wildcards, or distribute its statements among several AWS::IAM::ManagedPolicy, each of at most ${MANAGED_POLICY_CHARACTERS} characters`,
    );
  if (type !== 'AWS::IAM::Role') return [];
  const attached = listOf(properties['ManagedPolicyArns']).length;
  return [
    ...over(
      'AssumeRolePolicyDocument',
      TRUST_POLICY_CHARACTERS,
      'trust policy',
      'shorten the trust policy: list the principals of equal statements in one statement',
    ),
    ...(attached <= MAX_MANAGED_POLICIES
      ? []
      : [
          {
            resource,
            property: 'ManagedPolicyArns',
            rule: 'policy-size' as const,
            message: `the role has ${attached} managed policies; the default quota of IAM is ${MAX_MANAGED_POLICIES}`,
            remedy: `keep at most ${MAX_MANAGED_POLICIES} managed policies, and merge the statements of the other policies, or write them into Policies of the role`,
          },
        ]),
  ];
}

/** Estimates the resource policy of each function from its permissions. Lambda adds a Sid to each statement. */
function functionExcess(resources: readonly ResolvedResource[]): readonly PolicyExcess[] {
  const permissions = resources.filter(({ type }) => type === 'AWS::Lambda::Permission');
  const byFunction = Map.groupBy(permissions, ({ properties }) => textOf(properties, 'FunctionName'));
  return [...byFunction].flatMap(([, ofOne]) => {
    let bytes = 0;
    const first = ofOne.find((permission) => {
      bytes += statementBytes(permission);
      return bytes > FUNCTION_POLICY_BYTES;
    });
    if (first === undefined) return [];
    const total = ofOne.reduce((sum, permission) => sum + statementBytes(permission), 0);
    return [
      {
        resource: first,
        property: '',
        rule: 'function-policy-size',
        message: `${ofOne.length} permissions make a policy of about ${total} bytes; the final policy size is bigger than the limit (${FUNCTION_POLICY_BYTES})`,
      },
    ];
  });
}

function statementBytes({ logicalId, properties }: ResolvedResource): number {
  const condition = ['SourceArn', 'SourceAccount', 'FunctionUrlAuthType', 'PrincipalOrgID'].flatMap((name) =>
    properties[name] === undefined ? [] : [[name, properties[name]]],
  );
  return Buffer.byteLength(
    JSON.stringify({
      Sid: `stack-${logicalId}-ABCDEFGHIJKL`,
      Effect: 'Allow',
      Principal: { Service: asText(properties['Principal']) },
      Action: asText(properties['Action']),
      Resource: asText(properties['FunctionName']),
      ...(condition.length > 0 && { Condition: { ArnLike: Object.fromEntries(condition) as object } }),
    }),
  );
}

function listOf(value: unknown): readonly unknown[] {
  return isJsonList(value) ? value : isJsonObject(value) || value === undefined ? [] : [value];
}

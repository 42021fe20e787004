/**
 * The grammar of IAM's policy documents, as schemas for properties that contain a policy document.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import type { JsonObject } from '@gatewright/aws/json-object';

const COMMON = ['Sid', 'Effect', 'Action', 'NotAction', 'Condition'];
const PRINCIPALS = ['Principal', 'NotPrincipal'];
/**
 * The permitted forms of a principal: for `AWS`, an account, a unique id of IAM, or an ARN of IAM or STS; for
 * `Service`, a service principal.
 */
export const PRINCIPALS_OF = {
  AWS: String.raw`\*|\d{12}|A[A-Z0-9]{15,}|arn:[\w-]+:(iam|sts)::(\d{12}|cloudfront):.+`,
  Service: String.raw`[\w-]+(\.[\w-]+)+`,
};
/** "Invalid principal in policy" (aws-cloudformation/cfn-lint#4287, terraform-aws-modules/terraform-aws-iam#47). */
const PRINCIPAL = {
  if: { type: 'object' },
  then: {
    properties: {
      AWS: oneOrMore(
        `^(${PRINCIPALS_OF.AWS})$`,
        'write "*", the id of an account (12 digits), or an ARN such as arn:aws:iam::123456789012:root or arn:aws:iam::123456789012:role/NAME',
        'Invalid principal in policy: "AWS":"{value}"',
      ),
      Service: oneOrMore(
        `^${PRINCIPALS_OF.Service}$`,
        'write the service principal, such as lambda.amazonaws.com',
        'Invalid principal in policy: "SERVICE":"{value}"',
      ),
    },
  },
};
/** See aws/aws-cdk#11505, aws/aws-cdk#11479 */
const NO_GROUP: JsonObject = {
  if: { type: 'object' },
  then: {
    properties: {
      AWS: oneOrMore(
        '^(?!arn:[^:]+:iam::[^:]*:group/)',
        'name users or roles; a group cannot be a principal',
        'Invalid principal in policy: "AWS":"{value}"',
      ),
    },
  },
};
const RESOURCES = ['Resource', 'NotResource'];

function oneOrMore(pattern: string, fix: string, says?: string): JsonObject {
  const one = { pattern, fix, ...(says !== undefined && { says }) };
  return { if: { type: 'array' }, then: { minItems: 1, items: one }, else: one };
}

function ofStatements(items: JsonObject): JsonObject {
  return { properties: { Statement: { if: { type: 'array' }, then: { items }, else: items } } };
}

function statement(members: readonly string[], pairs: readonly (readonly string[])[]): JsonObject {
  return {
    type: 'object',
    required: ['Effect'],
    properties: {
      ...Object.fromEntries([...COMMON, ...members].map((name) => [name, true])),
      Effect: { enum: ['Allow', 'Deny'] },
      ...Object.fromEntries(
        members
          .filter((name) => PRINCIPALS.includes(name))
          .map((name) => [name, { allOf: [PRINCIPAL, NO_GROUP] }]),
      ),
    },
    additionalProperties: false,
    allOf: [['Action', 'NotAction'], ...pairs].map((pair) => ({ requiredXor: [...pair] })),
  };
}

function document(ofStatement: JsonObject | true): JsonObject {
  return {
    if: { type: 'object' },
    then: {
      required: ['Statement'],
      properties: {
        Id: true,
        Version: { enum: ['2012-10-17', '2008-10-17'] },
        Statement: { if: { type: 'array' }, then: { items: ofStatement }, else: ofStatement },
      },
      additionalProperties: false,
    },
  };
}

/**
 * The ARNs of resources that IAM does not accept (badmintoncryer/cdk-preflight,
 * pf-iam-policy-resource-global-service-arn and pf-iam-policy-resource-arn-segments, deployed).
 */
const RESOURCE_ARNS: JsonObject = {
  allOf: [
    oneOrMore(
      '^(?!arn:[^:]*:(?:s3:[^:*?]+:[^:]*:(?!accesspoint|job/|storage-lens)|iam:[^:*?]+:|route53:[^:*?]+:))',
      'leave the region out, as in arn:aws:s3:::BUCKET and arn:aws:iam::ACCOUNT:role/NAME',
      'Resource {value} can not contain region information.',
    ),
    oneOrMore(
      '^(?!arn:(?:[^:]*:){0,3}[^:*?]*$)',
      'write all six parts of the ARN, including the empty ones: arn:aws:s3:::BUCKET',
      'The policy failed legacy parsing ({value} has fewer than six parts)',
    ),
  ],
};
/** See trussworks/terraform-aws-s3-anti-virus#21 */
const ARN_OR_ANY: JsonObject = oneOrMore(
  '^(arn:|\\*)',
  'specify an ARN (usually Fn::GetAtt NAME.Arn), or "*"',
  'Resource {value} must be in ARN format or "*".',
);
const OF_IDENTITY = {
  allOf: [
    document(statement(RESOURCES, [RESOURCES])),
    ofStatements({
      properties: { Resource: { allOf: [ARN_OR_ANY, RESOURCE_ARNS] }, NotResource: ARN_OR_ANY },
    }),
  ],
};
/**
 * The actions of a trust policy (hashicorp/terraform-provider-aws#32872). TagSession, SetSourceIdentity and SetContext
 * are accepted together with sts:AssumeRole (getmoto/moto#5750). A wildcard may stand for any of these actions.
 */
const TRUST_ACTION =
  '^(\\*|[sS][tT][sS]:(AssumeRole|AssumeRoleWithSAML|AssumeRoleWithWebIdentity|TagSession|SetSourceIdentity|SetContext|.*[*?].*))$';
const PROHIBITED = {
  not: {},
  fix: 'remove this member: a trust policy says who may assume the role. The permissions of the role belong in Policies',
};
/** badmintoncryer/cdk-preflight, pf-iam-trust-policy-cognito-condition, deployed */
const COGNITO_CONDITION: JsonObject = {
  if: {
    properties: {
      Effect: { const: 'Allow' },
      Principal: {
        type: 'object',
        properties: { Federated: { const: 'cognito-identity.amazonaws.com' } },
        required: ['Federated'],
      },
    },
    required: ['Principal', 'Effect'],
  },
  then: {
    required: ['Condition'],
    fix: "add Condition: { StringEquals: { 'cognito-identity.amazonaws.com:aud': !Ref POOL } }",
    says: 'A condition block must be present for the Cognito provider',
  },
};
/**
 * The schema of a role's trust policy. If a statement has resources, it was meant for another kind of policy, so only
 * its resources are reported (hashicorp/terraform#34231).
 */
const OF_TRUST = {
  allOf: [
    document(true),
    ofStatements({
      if: { anyOf: [{ required: ['Resource'] }, { required: ['NotResource'] }] },
      then: {
        properties: {
          Resource: { ...PROHIBITED, says: 'Has prohibited field Resource' },
          NotResource: { ...PROHIBITED, says: 'Has prohibited field NotResource' },
        },
      },
      else: {
        allOf: [statement(PRINCIPALS, [PRINCIPALS]), COGNITO_CONDITION],
        properties: {
          // badmintoncryer/cdk-preflight, pf-iam-trust-policy-principal-star-string, deployed
          Principal: {
            not: { const: '*' },
            fix: "write { AWS: '*' }, with a Condition that restricts who may assume the role",
            says: 'AssumeRolepolicy contained an invalid principal: "STAR":"*".',
          },
          Action: oneOrMore(
            TRUST_ACTION,
            'keep only the actions of STS with which the role is assumed, such as sts:AssumeRole or sts:AssumeRoleWithWebIdentity, and move the other actions to a policy of the role',
            'AssumeRole policy may only specify STS AssumeRole actions.',
          ),
        },
      },
    }),
  ],
};
const OF_RESOURCE = document(statement([...PRINCIPALS, ...RESOURCES], [PRINCIPALS, RESOURCES]));

/**
 * Returns the schema of a policy whose statements may name only actions of one service. Actions in `without`, which do
 * not concern a single resource, are also refused. `limits` applies to the list of actions.
 */
function ofService(
  prefix: string,
  without: readonly string[],
  says: string,
  limits: JsonObject = {},
): JsonObject {
  const anyCase = Array.from(prefix, (letter) => `[${letter}${letter.toUpperCase()}]`).join('');
  const pattern = `^(\\*|${anyCase}:(?!(${without.join('|')})$).*)$`;
  const one = prefix === 'sns' ? 'topic, as in sns:Publish' : 'queue, as in sqs:SendMessage';
  const fix = `name only actions that apply to one ${one}`;
  const actions = { ...oneOrMore(pattern, fix, says), ...limits };
  const items = { properties: { Action: actions } };
  return {
    allOf: [OF_RESOURCE, ofStatements(items)],
  };
}

/** AWS responds with "Invalid parameter: Policy statement action out of service scope!" (hashicorp/terraform#12740). */
const OF_TOPIC = ofService(
  'sns',
  ['CreateTopic', 'ListTopics', 'ListSubscriptions'],
  'Invalid parameter: Policy statement action out of service scope! ({value})',
);
/**
 * AWS responds with "Invalid value for the parameter Policy." (aws/aws-cdk#15602), and with "10 actions were found in a
 * statement from the submitted policy, max allowed is 7" (ministryofjustice/cloud-platform-environments#9082).
 */
const OF_QUEUE = ofService(
  'sqs',
  ['CreateQueue', 'ListQueues'],
  'Invalid value for the parameter Policy. ({value} is not an action on a queue)',
  { maxItems: 7 },
);

/**
 * Inline policies may have an older Version (Meteor-Community-Packages/Meteor-CollectionFS#630,
 * wercker/step-s3sync#25).
 */
const VERSION = "set Version: '2012-10-17'";
const TOO_OLD = 'Policy document must be version 2012-10-17 or greater.';
const OF_THIS_VERSION: JsonObject = {
  if: { type: 'object' },
  then: {
    required: ['Version'],
    says: TOO_OLD,
    fix: VERSION,
    properties: { Version: { not: { const: '2008-10-17' }, says: TOO_OLD, fix: VERSION } },
  },
};

const inline = { items: { properties: { PolicyDocument: OF_IDENTITY } } };

export const POLICY_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  'AWS::IAM::Role': { properties: { AssumeRolePolicyDocument: OF_TRUST, Policies: inline } },
  'AWS::IAM::Policy': { properties: { PolicyDocument: OF_IDENTITY } },
  'AWS::IAM::ManagedPolicy': { properties: { PolicyDocument: { allOf: [OF_IDENTITY, OF_THIS_VERSION] } } },
  'AWS::IAM::User': { properties: { Policies: inline } },
  'AWS::IAM::Group': { properties: { Policies: inline } },
  ...Object.fromEntries(
    ['Role', 'User', 'Group'].map((owner) => [
      `AWS::IAM::${owner}Policy`,
      { properties: { PolicyDocument: OF_IDENTITY } },
    ]),
  ),
  'AWS::SQS::QueuePolicy': { properties: { PolicyDocument: OF_QUEUE } },
  'AWS::SNS::TopicPolicy': { properties: { PolicyDocument: OF_TOPIC } },
  'AWS::S3::BucketPolicy': { properties: { PolicyDocument: OF_RESOURCE } },
};

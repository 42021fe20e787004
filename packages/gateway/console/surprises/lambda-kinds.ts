/**
 * Surprises about an environment that functions have on AWS, but not on this machine: a network without internet
 * access, and a process that is frozen between invocations (docs/aws §8.2).
 */
import { isPythonCode } from '../records/handler-lines.ts';
import { asList, asOneOrMore, asText, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { findByPhysicalId, placeOf, resourcesOf } from '../records/find-places.ts';
import { describeSent } from '../records/sent.ts';
import { ASYNC_NAMES } from './handler-kinds.ts';
import type { HandlerText } from '../records/handler-lines.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind } from './surprise.ts';

/** Matches imports and calls with which code reaches an AWS service or the internet. */
const GOES_OUT =
  /@aws-sdk\/|['"]aws-sdk['"/]|\bboto3\b|\bfetch\s*\(|\baxios\b|\brequests\.(?:get|post|put|delete|request)\b|\burllib3?\b|\bhttps?\.(?:request|get)\s*\(/;

/**
 * A function in a VPC has no internet access unless its subnets have a route to a NAT gateway. Without such a
 * route, it reaches AWS services only through VPC endpoints.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html
 */
const vpcWithoutWayOut: SurpriseKind = {
  code: 'VPC_WITHOUT_WAY_OUT',
  mark: undefined,
  source: 'docs/aws §8.2',
  find(facts) {
    const { recorded, stacks = [], handler, isToolkit } = facts;
    if (recorded.outcome === undefined || handler === undefined || isToolkit) return undefined;
    const lines = handler.text.split('\n');
    const line = lines.findIndex((one) => GOES_OUT.test(one));
    const text = lines[line] ?? '';
    const name = functionOf(facts);
    const own = findByPhysicalId(stacks, 'AWS::Lambda::Function', name ?? '');
    const subnets = asOneOrMore(membersOf(own?.properties['VpcConfig'])['SubnetIds']).flatMap(
      (id) => asText(id) ?? [],
    );
    if (line === -1 || subnets.length === 0 || !isEnclosed(subnets, stacks)) return undefined;
    const place = placeOf(own, 'VpcConfig') ?? '';
    return {
      values: { function: name ?? '', place },
      because: [
        `The function ${name ?? ''} runs in a VPC (VpcConfig, ${place}), none of its subnets has a route to a NAT gateway, and the VPC has no endpoint for AWS services. ${describeWayOut(text, `${handler.file}:${line + 1}`)} reach nothing on AWS and wait until the function times out. On this machine, the network of the function is not restricted.`,
      ],
      changes: [
        `Give the VPC an AWS::EC2::VPCEndpoint for each AWS service that the function calls (for DynamoDB and S3, an endpoint of the type Gateway in the route tables of the subnets), or give the subnets of the function a route to a NAT gateway; or remove VpcConfig (${place}), if the function reaches nothing inside the VPC.`,
      ],
    };
  },
};

/** @param text the line, which either calls a service or loads a library that does */
function describeWayOut(text: string, place: string): string {
  const [found = ''] = GOES_OUT.exec(text) ?? [];
  return found.endsWith('(') || found.startsWith('requests.')
    ? `Calls such as the one at ${place}`
    : `Calls by the library that ${place} loads`;
}

function functionOf({ recorded }: SurpriseFacts): string | undefined {
  return (recorded.sent ?? describeSent(recorded.received))?.target;
}

const ROUTES_OUT = [
  'NatGatewayId',
  'TransitGatewayId',
  'InstanceId',
  'NetworkInterfaceId',
  'VpcPeeringConnectionId',
];

/**
 * Returns whether the stacks define all these subnets and their VPCs, but no route out of them and no VPC endpoint. A
 * VPC of another stack may have endpoints, and a main route table for subnets without one of their own. Lambda gives
 * functions no public address, so a route to an internet gateway does not help.
 */
function isEnclosed(subnets: readonly string[], stacks: readonly ResolvedStack[]): boolean {
  const found = subnets.map((id) => findByPhysicalId(stacks, 'AWS::EC2::Subnet', id));
  if (found.includes(undefined)) return false;
  const networks = found.map((subnet) => asText(subnet?.properties['VpcId']) ?? '');
  if (networks.some((id) => findByPhysicalId(stacks, 'AWS::EC2::VPC', id) === undefined)) return false;
  if (resourcesOf(stacks, 'AWS::EC2::VPCEndpoint').length > 0) return false;
  const tables = new Set(
    resourcesOf(stacks, 'AWS::EC2::SubnetRouteTableAssociation')
      .filter(({ properties }) => subnets.includes(asText(properties['SubnetId']) ?? ''))
      .map(({ properties }) => properties['RouteTableId']),
  );
  return !resourcesOf(stacks, 'AWS::EC2::Route').some(
    ({ properties }) =>
      tables.has(properties['RouteTableId']) && ROUTES_OUT.some((name) => properties[name] !== undefined),
  );
}

type Left = {
  readonly line: number;
  readonly what: string;
  readonly change: (place: string) => string;
};

/**
 * Lambda freezes the process once the response is returned. Code that is still running continues in a later
 * invocation, or never.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
const workLeftBehind: SurpriseKind = {
  code: 'WORK_AFTER_RESPONSE',
  mark: undefined,
  source: 'docs/aws §8.2',
  find({ recorded: { outcome, received, status }, handler, isToolkit }) {
    if (outcome?.kind !== 'returned' || handler === undefined || isToolkit) return undefined;
    if (received.route === undefined || !('functionName' in received.route.integration)) return undefined;
    const left = isPythonCode(handler) ? findThread(handler) : findUnawaited(handler, status);
    if (left === undefined) return undefined;
    const place = `${handler.file}:${left.line}`;
    return {
      values: { place },
      because: [
        `${place} ${left.what}. Lambda freezes the process once the response is returned: code that has not finished continues during a later invocation of the same instance, or never. This gateway does not freeze processes.`,
      ],
      changes: [
        `${left.change(place)}, so that the work has ended before the function returns; or hand the work on, for example to a queue.`,
      ],
    };
  },
};

/** Calls that return promises. Replies of web frameworks, such as `res.send('ok')` and `res.json(…)`, return none. */
const RETURN_PROMISES = ['fetch', String.raw`\w+\.send(?=\s*\(\s*new\b)`];
/**
 * Matches a handler with a callback. Lambda waits for the work of such a handler, unless the handler sets
 * callbackWaitsForEmptyEventLoop to false.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
 */
const WITH_CALLBACK = /\(\s*\w+\s*,\s*\w+\s*,\s*(?:callback|cb|done)\s*\)/;

/** Matches the first line of a method, such as `fetch(request) {`. */
const IS_METHOD = /^\s*[\w.]+\s*\([^()]*\)\s*(?::[^={]*)?\{\s*$/;

function findUnawaited({ text }: HandlerText, status: number): Left | undefined {
  if (WITH_CALLBACK.test(text)) return undefined;
  const own = [...text.matchAll(ASYNC_NAMES)].flatMap(([, one, other]) => one ?? other ?? []);
  // Statements without indentation run once, when the module is loaded.
  const isCalled = new RegExp(String.raw`^\s+(?:void\s+)?(${[...own, ...RETURN_PROMISES].join('|')})\s*\(`);
  // A timer that gives up on something else, such as a request, leaves no work behind.
  const isTimer = /^\s+set(?:Timeout|Immediate|Interval)\s*\((?!.*\b(?:abort|reject|cancel)\b)/;
  // If nothing catches the rejection, the function fails, which has its own explanation.
  const isAll = /\bcatch\b/.test(text) ? /\bPromise\.all\s*\(/ : undefined;
  const lines = text.split('\n');
  for (const [index, each] of lines.entries()) {
    const [, name] = isCalled.exec(each) ?? [];
    const isContinued = /(?:[=(,[+?:&|]|=>|\breturn|\bawait)\s*$/.test(lines[index - 1] ?? '');
    const isChained = /\.(?:then|catch|finally)\(/.test(`${each}${lines[index + 1] ?? ''}`);
    if (name !== undefined && !isContinued && !isChained && !IS_METHOD.test(each))
      return {
        line: index + 1,
        what: `calls ${name}(…) and does not await it`,
        change: (place) => `Write await before ${name}(…) at ${place}`,
      };
    if (isTimer.test(each) && !isContinued && !/new Promise/.test(lines[index - 1] ?? ''))
      return {
        line: index + 1,
        what: 'starts a timer that nothing awaits',
        change: (place) => `At ${place}, await a promise that the timer resolves`,
      };
    if (status >= 400 && isAll?.test(each) === true)
      return {
        line: index + 1,
        what: 'uses Promise.all, which rejects as soon as one of its promises does, while the others are still running',
        change: (place) =>
          `At ${place}, use Promise.allSettled, and then throw the reason of the first promise that was rejected`,
      };
  }
  return undefined;
}

function findThread({ text }: HandlerText): Left | undefined {
  const lines = text.split('\n');
  const line = lines.findIndex((each) => /\bThread\(.*\)\.start\(\)/.test(each));
  return line === -1 || /\.join\(/.test(text)
    ? undefined
    : {
        line: line + 1,
        what: 'starts a thread and does not join it',
        change: (place) => `Keep the thread and call join() on it at ${place}`,
      };
}

/**
 * CloudFront replaces the errors of all origins with the pages of its CustomErrorResponses.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html
 */
const errorPageReplaces: SurpriseKind = {
  code: 'ERROR_PAGE_REPLACES',
  mark: undefined,
  source: 'docs/aws §21.2',
  find({ recorded: { received, status }, stacks = [] }) {
    const { headers, api } = received;
    if (status < 400 || headers.last('x-amz-cf-id') === undefined) return undefined;
    for (const distribution of resourcesOf(stacks, 'AWS::CloudFront::Distribution')) {
      const config = membersOf(distribution.properties['DistributionConfig']);
      const isOrigin = asList(config['Origins']).some((origin) =>
        asText(membersOf(origin)['DomainName'])?.startsWith(`${api.apiId}.`),
      );
      const rules = asList(config['CustomErrorResponses']).map(membersOf);
      const index = rules.findIndex(
        (rule) => Number(rule['ErrorCode']) === status && rule['ResponsePagePath'] !== undefined,
      );
      const rule = rules[index];
      if (!isOrigin || rule === undefined) continue;
      const place = placeOf(distribution, `DistributionConfig.CustomErrorResponses.${index}`) ?? '';
      const page = asText(rule['ResponsePagePath']) ?? '';
      const code = String(Number(rule['ResponseCode'] ?? status));
      return {
        values: { page, responseCode: code, place },
        because: [
          `CustomErrorResponses of the distribution (${place}) apply to all its origins, this API included: CloudFront replaces every ${status} response with ${page} and the status ${code}. A client that expects JSON then gets the page. If the origin of the page is not served by the gateway, the viewer got the ${status} itself.`,
        ],
        changes: [
          `Remove the entry for ${status} (${place}), and let a CloudFront function on the cache behavior of the pages rewrite their paths to ${page}, so that errors of the API stay as they are.`,
        ],
      };
    }
    return undefined;
  },
};

/**
 * Policies of buckets are not evaluated for calls by functions. A policy with a Deny is reported for the functions that
 * have the bucket's name in their code or environment.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html
 */
const bucketPolicyDenies: SurpriseKind = {
  code: 'BUCKET_POLICY_DENIES',
  mark: undefined,
  source: 'docs/aws §8.2',
  find(facts) {
    const { recorded, stacks = [], handler, isToolkit } = facts;
    if (recorded.outcome?.kind !== 'returned' || handler === undefined || isToolkit) return undefined;
    if (!/client-s3|aws-sdk['"]|\bboto3\b/.test(handler.text)) return undefined;
    const own = findByPhysicalId(stacks, 'AWS::Lambda::Function', functionOf(facts) ?? '');
    const values = Object.values(membersOf(membersOf(own?.properties['Environment'])['Variables']));
    for (const policy of resourcesOf(stacks, 'AWS::S3::BucketPolicy')) {
      const bucket = asText(policy.properties['Bucket']) ?? '';
      if (bucket === '' || !(values.includes(bucket) || handler.text.includes(bucket))) continue;
      const statements = asList(membersOf(policy.properties['PolicyDocument'])['Statement']).map(membersOf);
      const index = statements.findIndex(isConditionedDeny);
      const denying = statements[index];
      if (denying === undefined) continue;
      const place = placeOf(policy, `PolicyDocument.Statement.${index}`) ?? '';
      const actions = asOneOrMore(denying['Action']).join(', ');
      return {
        values: { bucket, place },
        because: [
          `The bucket ${bucket} has a policy (${place}) that denies ${actions} if ${JSON.stringify(denying['Condition'])}. The gateway does not evaluate bucket policies: on AWS, a call of ${actions} that meets this condition fails with AccessDenied, whatever the role of the function allows.`,
        ],
        changes: [
          `If ${handler.file}, or a module that it loads, calls ${actions}, change these calls so that they do not meet the condition (${place})${adviseEncryption(denying)}, and test this on AWS.`,
        ],
      };
    }
    return undefined;
  },
};

/** A Deny for requests without TLS does not concern functions, whose SDKs use TLS on AWS. */
function isConditionedDeny({ Effect: effect, Condition: condition }: UnknownMembers): boolean {
  return (
    effect === 'Deny' &&
    condition !== undefined &&
    !JSON.stringify(condition).toLowerCase().includes('aws:securetransport')
  );
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/specifying-kms-encryption.html */
function adviseEncryption({ Action: action, Condition: condition }: UnknownMembers): string {
  const wanted = membersOf(membersOf(condition)['StringNotEquals'])['s3:x-amz-server-side-encryption'];
  const isPut = asOneOrMore(action).some((one) => /^s3:(?:\*|put\*|putobject)$/i.test(String(one)));
  return typeof wanted === 'string' && isPut
    ? `: set ServerSideEncryption (the header x-amz-server-side-encryption) to ${wanted} in PutObject`
    : '';
}

export const LAMBDA_KINDS: readonly SurpriseKind[] = [
  vpcWithoutWayOut,
  workLeftBehind,
  bucketPolicyDenies,
  errorPageReplaces,
];

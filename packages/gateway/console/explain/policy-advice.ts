/** Describes which statements of a policy decided, and how to change exactly these statements. */
import { compileGlob } from '@gatewright/aws/glob';
import { formatDuration, list, listed, toDeploy } from './reason.ts';
import type { Circumstances, GuardPolicy } from './circumstances.ts';

type Statement = GuardPolicy['statements'][number];
type Condition = Statement['conditions'][number];

/** Returns the policy that refuses a request. A Deny decides whatever the other policies allow. */
export function findRefusing({ policies }: Pick<Circumstances, 'policies'>): GuardPolicy | undefined {
  return (
    policies.find(({ decision }) => decision === 'explicit-deny') ??
    policies.find(({ decision }) => decision !== 'allow')
  );
}

/**
 * Says how to change the Allow that nearly matches. Another Allow, without its conditions or principals, would open the
 * API to more than this request. Returns undefined if no Allow nearly matches.
 */
export function adviseOnNearest(
  about: Circumstances,
  policy: GuardPolicy,
  whose: string,
): readonly string[] | undefined {
  const nearest = nearestOf(policy);
  const [failing] = nearest?.fails ?? [];
  if (nearest?.fails.length !== 1 || failing === undefined) return undefined;
  const named = `${nameStatement(policy, nearest)} in ${whose}`;
  const deploy = policy.of === 'resource' ? toDeploy(about.protocol) : '';
  switch (failing) {
    case 'condition':
      return adviseOnConditions(about, nearest, whose, deploy);
    case 'principal':
      return adviseOnPrincipal(about, policy, { named, deploy });
    case 'resource': {
      const plain = nearest.resources.find((one) => isPlainRoute(one, policy.resource));
      if (plain !== undefined)
        return [
          `Write * in place of ${variablesIn(plain)} in ${plain}, in the Resource of ${named}: a policy does not know the variables of a route.${deploy}`,
        ];
      // An ARN with stage, method and path belongs to another call, which needs this ARN unchanged.
      const bare = nearest.resources.find(
        (one) => policy.resource.startsWith(`${one}/`) && !/:[^:/]+\/[^/]+\/[^/]+\//.test(one),
      );
      if (bare !== undefined)
        return [
          `Write /* after ${bare} in the Resource of ${named}: the ARN of a call continues with stage, method and path (${policy.resource.slice(bare.length)}), and this Resource has none of them.${deploy}`,
        ];
      return [
        `If this caller should have access, add ${writeResource(policy, about)} to the Resource of ${named}.${deploy}`,
        ...adviseOwnStatement(nearest, named, writeResource(policy, about)),
      ];
    }
    case 'action':
      return [`If this caller should have access, add ${policy.action} to the Action of ${named}.${deploy}`];
  }
}

/**
 * Whether a Resource has the variables of a route, such as `{id}`, and would match the call with * in their place. In a
 * policy, they are plain text; only `${…}` is a variable (IAM user guide, "Policy variables").
 */
export function isPlainRoute(resource: string, called: string): boolean {
  const filled = resource.replaceAll(ROUTE_VARIABLE, '*');
  return filled !== resource && compileGlob(filled)(called);
}

const ROUTE_VARIABLE = /(?<!\$)\{[^{}/]+\}/g;

function variablesIn(resource: string): string {
  return listed([...new Set(resource.match(ROUTE_VARIABLE) ?? [])]);
}

/** A resource that is added to a statement is open only to callers who meet the statement's conditions. */
function adviseOwnStatement({ conditions }: Statement, named: string, resource: string): readonly string[] {
  if (conditions.length === 0) return [];
  const met = listed(conditions.map(({ operator, key }) => `${operator} ${key}`));
  return [
    `The Condition of ${named} (${met}) then applies to these calls, too. If callers who do not meet it should have access, add another statement with Effect Allow and the Resource ${resource} instead, without a Condition.`,
  ];
}

/**
 * Returns the short form of the ARN for a policy of the API itself, because the ARN of a local request
 * contains the id of the local API. AWS completes the short form.
 */
function writeResource({ of, resource }: GuardPolicy, { routeKey = '' }: Circumstances): string {
  const { rest, parts } = (of === 'resource' ? splitArn(resource) : undefined) ?? {};
  return parts === undefined
    ? resource
    : `execute-api:/${parts[3] ?? ''}/${throughRoute(rest ?? '', routeKey)}`;
}

/** Returns the method and the path of a call, with * in place of the values of the route's variables. */
function throughRoute(called: string, routeKey: string): string {
  const [method = ''] = called.split('/');
  const [, path] = /^\S+ \/(.*\{.*)$/.exec(routeKey) ?? [];
  return path === undefined ? called : `${method}/${path.replaceAll(/\{[^}]*\}/g, '*')}`;
}

function nearestOf({ statements }: GuardPolicy): Statement | undefined {
  const allows = statements.filter(({ effect }) => effect === 'Allow');
  return allows.toSorted((a, b) => a.fails.length - b.fails.length)[0];
}

function adviseOnConditions(
  about: Circumstances,
  { conditions }: Statement,
  whose: string,
  deploy: string,
): readonly string[] {
  return conditions
    .filter(({ holds }) => !holds)
    .flatMap((condition) => [
      adviseOnTime(about, condition, whose, deploy) ??
        adviseOnEveryAddress(condition, whose) ??
        adviseSending(about, condition),
      ...(condition.found === undefined || condition.found.length === 0 || !listsWanted(condition)
        ? []
        : [
            `Or, if this caller should have access, add ${condition.found.join(', ')} to the values of ${condition.operator} ${condition.key} in ${whose}${describeAddress(about, condition)}.`,
          ]),
    ]);
}

/**
 * Addresses that no caller has. Without a prefix length, each is a single address and does not stand for all addresses
 * (aws-samples/amazon-s3-multipart-upload-transfer-acceleration#19).
 */
const UNSPECIFIED = /^(0\.0\.0\.0|::)(?:\/32|\/128)?$/;

/** Returns undefined unless the condition names an unspecified address. */
function adviseOnEveryAddress({ key, wanted }: Condition, where: string): string | undefined {
  const alone = /^aws:sourceip$/i.test(key) ? wanted.filter((address) => UNSPECIFIED.test(address)) : [];
  const all = alone.map((address) => address.replace(UNSPECIFIED, '$1/0'));
  return alone.length === 0
    ? undefined
    : `If every address is meant, write ${all.join(' and ')} in place of ${alone.join(' and ')} in ${where}: ${alone.join(' and ')} without a range ${alone.length === 1 ? 'is this one address' : 'are these two addresses'}.`;
}

const TIME_KEYS = /^aws:(?:currenttime|epochtime)$/i;

/** No request can choose the time at which it arrives. */
function adviseOnTime(
  { isDeployed }: Circumstances,
  { operator, key, wanted }: Condition,
  whose: string,
  deploy: string,
): string | undefined {
  if (!TIME_KEYS.test(key)) return undefined;
  const when = /LessThan/i.test(operator) ? 'after' : /GreaterThan/i.test(operator) ? 'before' : 'outside';
  const here = isDeployed
    ? ''
    : ' On this machine, `gatewright clock` can move the time of the gateway instead.';
  return `The request came ${when} the time at which ${whose} allows it: if this caller should have access, change ${list(wanted)} in ${operator} ${key}.${deploy}${here}`;
}

/** A request on this machine comes from its own address, which AWS never sees. */
function describeAddress({ isDeployed }: Circumstances, { key, found = [] }: Condition): string {
  const isLocal = /^aws:sourceip$/i.test(key) && found.some((one) => /^(?:127\.|::1$)/.test(one));
  return isLocal && !isDeployed ? '; on AWS, add the public address of the caller, or its range' : '';
}

/** Without AWS_IAM, API Gateway reads no signature, so only the principal "*" matches (docs/aws §10.5). */
function adviseOnPrincipal(
  { routeKey = 'the route', guard, protocol }: Circumstances,
  { caller }: GuardPolicy,
  { named, deploy }: { readonly named: string; readonly deploy: string },
): readonly string[] {
  if (caller !== undefined)
    return [`If this caller should have access, add ${caller} to the Principal of ${named}.${deploy}`];
  if (guard?.kind === 'lambda' || guard?.kind === 'token')
    return [
      `Set the Principal of ${named} to "*": callers are anonymous to this policy, because the authorizer ${guard.name}, not a signature, identifies them.${deploy}`,
    ];
  return [
    `Set AuthorizationType of ${routeKey} to AWS_IAM, and sign the request as a principal that the statement names.${toDeploy(protocol)}`,
    `Or, if everybody may call ${routeKey}, set the Principal of ${named} to "*".${deploy}`,
  ];
}

/** Keys of conditions that have the value of a header (IAM user guide, "Global condition keys"). */
const HEADERS: readonly (readonly [key: RegExp, header: string])[] = [
  [/^aws:referer$/i, 'Referer'],
  [/^aws:useragent$/i, 'User-Agent'],
];

/**
 * Says which request satisfies a condition. In the gateway, the Host header chooses the VPC endpoint (docs/aws §10.6).
 */
function adviseSending({ isDeployed, apiId, policies }: Circumstances, condition: Condition): string {
  const { key, wanted } = condition;
  const header = HEADERS.find(([name]) => name.test(key))?.[1];
  const by = header === undefined ? '' : ` (the header ${header})`;
  const so = `Send the request so that ${describeMet(condition)}${by}`;
  if (isDeployed || !listsWanted(condition) || !/^aws:sourcevpc/i.test(key)) return `${so}.`;
  const region = policies[0]?.resource.split(':')[3] ?? '';
  const host = `${apiId}-${/^aws:sourcevpce$/i.test(key) ? (wanted[0] ?? '') : 'vpce-…'}.execute-api.${region}.amazonaws.com`;
  return /^aws:sourcevpce$/i.test(key)
    ? `${so}: send it through that VPC endpoint (on this machine: with the header Host: ${host}).`
    : `${so}: send it through a VPC endpoint in that VPC (on this machine: \`gatewright start --vpc-endpoint vpce-…=${wanted[0] ?? 'vpc-…'}\`, and the header Host: ${host}).`;
}

/** Only private APIs are called through VPC endpoints (docs/aws §10.6). */
function isPublicBehindEndpoint({ endpointType }: Circumstances, key: string): boolean {
  return endpointType !== undefined && endpointType !== 'PRIVATE' && /^aws:sourcevpce?$/i.test(key);
}

/** Whether a request meets the condition if its value equals one value of the policy or is in one of its ranges. */
function listsWanted({ operator }: Condition): boolean {
  return !/Not|Than|^Null$/i.test(operator);
}

function describeMet(condition: Condition): string {
  const { operator, key, wanted } = condition;
  if (/^Null$/i.test(operator)) return wanted.includes('true') ? `it has no ${key}` : `it has ${key}`;
  if (/Not/i.test(operator))
    return `${key} is ${wanted.length === 1 ? 'not ' : 'neither '}${wanted.join(' nor ')}`;
  return listsWanted(condition)
    ? `${key} is ${wanted.join(' or ')}`
    : `${key} satisfies ${operator} ${wanted.join(' or ')}`;
}

type ArnFault = {
  /** The parts that differ, such as `stage dev instead of prod`. */
  readonly differs: readonly string[];
};

/**
 * Finds an Allow whose Resource names the requested method and path, but another region, account, API or stage. In that
 * case, the function builds the ARN wrongly, and the credential is not the cause.
 */
export function findArnFault(policy: GuardPolicy): ArnFault | undefined {
  const nearest = nearestOf(policy);
  if (policy.of !== 'authorizer' || policy.decision === 'explicit-deny') return undefined;
  if (nearest?.fails.length !== 1 || nearest.fails[0] !== 'resource') return undefined;
  const wanted = splitArn(policy.resource);
  for (const resource of nearest.resources) {
    const given = splitArn(resource);
    if (wanted === undefined || given === undefined) continue;
    const differs = PARTS.filter(
      (_, index) => !compileGlob(given.parts[index] ?? '')(wanted.parts[index] ?? ''),
    );
    if (differs.length === 0 || !compileGlob(given.rest)(wanted.rest)) continue;
    return {
      differs: differs.map((part) => {
        const index = PARTS.indexOf(part);
        return `${part} ${given.parts[index] ?? ''} instead of ${wanted.parts[index] ?? ''}`;
      }),
    };
  }
  return undefined;
}

const PARTS = ['region', 'account', 'API', 'stage'];

export function splitArn(
  arn: string,
): { readonly parts: readonly string[]; readonly rest: string } | undefined {
  const [, region, account, api, stage, rest] =
    /^arn:[^:]*:execute-api:([^:]*):([^:]*):([^/]*)\/([^/]*)\/(.*)$/.exec(arn) ?? [];
  if (region === undefined || account === undefined || api === undefined || stage === undefined)
    return undefined;
  return { parts: [region, account, api, stage], rest: rest ?? '' };
}

export function explainNoMatch(about: Circumstances, policy: GuardPolicy): string {
  if (policy.statements.length === 0) return 'it has no readable statement';
  const nearest = nearestOf(policy);
  if (nearest === undefined) return 'it has no statement with Effect Allow';
  const failing = nearest.conditions.filter(({ holds }) => !holds);
  if (nearest.fails.includes('condition') && nearest.fails.length === 1)
    return `the matching statement has conditions that are not met: ${failing.map(describeCondition).join('; ')}`;
  if (nearest.fails.includes('resource')) {
    const { differs = [] } = findArnFault(policy) ?? {};
    const actions = nearest.fails.includes('action') ? `only the action ${list(nearest.actions)} on ` : '';
    const plain = nearest.resources.find((one) => isPlainRoute(one, policy.resource));
    const asText = plain === undefined ? '' : `; in a policy, ${variablesIn(plain)} is plain text`;
    return `it allows ${actions}${list(nearest.resources)}${differs.length === 0 ? '' : `, with the ${listed(differs)}`}${asText}`;
  }
  if (nearest.fails.includes('action')) return `it allows only the action ${list(nearest.actions)}`;
  if (nearest.fails.includes('principal'))
    return `it allows only ${list(nearest.principals ?? [])}, and the caller is ${describePrincipal(about, policy)}`;
  return `its ${nearest.fails.join(' and ')} ${nearest.fails.length === 1 ? 'does' : 'do'} not match`;
}

function describePrincipal(
  { routeKey = 'the route', guard }: Circumstances,
  { caller }: GuardPolicy,
): string {
  if (caller !== undefined) return caller;
  return guard === undefined || guard.kind === 'none'
    ? `anonymous: AuthorizationType of ${routeKey} is NONE, so a signature is not read`
    : 'anonymous';
}

function describeCondition({ operator, key, wanted, found = [] }: Condition): string {
  return `${operator} ${key} ${list(wanted)} (the request has ${list(found)})`;
}

export function conditionsOf(statement: Statement | undefined): string {
  const holding = statement?.conditions.filter(({ holds }) => holds) ?? [];
  return holding.length === 0
    ? ''
    : ` where ${holding.map(({ key, found, operator }) => `${key} is ${list(found ?? [])} (${operator})`).join(' and ')}`;
}

export function nameStatement({ statements }: GuardPolicy, statement: Statement | undefined): string {
  if (statement === undefined) return 'a statement';
  return statement.sid === undefined
    ? `statement ${statements.indexOf(statement) + 1} of ${statements.length}`
    : `statement ${statement.sid}`;
}

/**
 * A cached result was made for one request, and serves every request with the same credential.
 * @param other the request for which the result was made; undefined if it was an equal request
 */
export function describeAge(
  { guard }: Circumstances,
  policy: GuardPolicy,
  other: string | undefined,
): string[] {
  if (policy.of !== 'authorizer' || guard?.from !== 'cache') return [];
  const of = other === undefined ? '' : `, for ${other},`;
  return [
    `Authorizer ${guard.name} was not called: its result from ${formatDuration(guard.ageMs ?? 0)} before this request${of} is cached for ${guard.ttlSeconds} s, and applies to every request with this credential.`,
  ];
}

/** Advises on a Deny that SAM writes for the addresses of IpRangeBlacklist. The template has the list, not the Deny. */
function adviseOnBlacklist(
  { definition, protocol }: Circumstances,
  { of }: GuardPolicy,
  { conditions }: GuardPolicy['statements'][number],
): readonly string[] | undefined {
  const refused = conditions.find(
    ({ operator, key, holds }) => holds && operator === 'IpAddress' && /^aws:sourceip$/i.test(key),
  );
  if (refused === undefined || of !== 'resource') return undefined;
  if (definition?.addressLists?.includes('IpRangeBlacklist') !== true) return undefined;
  const { found = [], wanted } = refused;
  return [
    `Remove the range that contains ${list(found)} from IpRangeBlacklist in Auth.ResourcePolicy of ${definition.logicalId} (${definition.file}), from which SAM writes this Deny (the blacklist is ${list(wanted)}); or call from another address.${toDeploy(protocol)}`,
  ];
}

/**
 * A condition such as NotIpAddress lists the callers to whom the Deny does not apply, so another caller can be added to
 * the list. Returns undefined if the statement has no such condition.
 */
export function adviseOnDeny(
  about: Circumstances,
  policy: GuardPolicy,
  whose: string,
): readonly string[] | undefined {
  const statement = policy.statements[policy.decidedBy ?? -1];
  const exempt = statement?.conditions.find(({ operator, holds }) => holds && /not/i.test(operator));
  if (statement !== undefined && exempt === undefined) return adviseOnBlacklist(about, policy, statement);
  if (statement === undefined || exempt === undefined) return undefined;
  const { operator, key, wanted, found = [] } = exempt;
  if (policy.of === 'resource' && isPublicBehindEndpoint(about, key))
    return [
      `If the API is meant to be public, remove ${nameStatement(policy, statement)} from ${whose}: a request through a VPC endpoint does not reach an API whose endpoint is ${about.endpointType ?? 'public'}, so this Deny refuses every request.${toDeploy(about.protocol)}`,
      `Or make the API private (EndpointConfiguration with Types: [PRIVATE]), and call it through ${/^aws:sourcevpce$/i.test(key) ? `the VPC endpoint ${list(wanted)}` : `a VPC endpoint in ${list(wanted)}`}.${toDeploy(about.protocol)}`,
    ];
  if (about.isBehindEdge === true && /^aws:sourceip$/i.test(key))
    return [
      `Compare the address of the viewer at the distribution instead: the request came through CloudFront, and aws:SourceIp is the address of CloudFront (${list(found)}), not the viewer’s. Give the distribution a web ACL of the scope CLOUDFRONT with an IP set of ${list(wanted)}, and let ${whose} admit only CloudFront, for example by a secret header that the distribution adds for the origin (OriginCustomHeaders) and that a rule of the API checks.`,
    ];
  const { definition } = about;
  if (
    policy.of === 'resource' &&
    /^aws:sourceip$/i.test(key) &&
    definition?.addressLists?.includes('IpRangeWhitelist') === true
  ) {
    const ofSam = `IpRangeWhitelist in Auth.ResourcePolicy of ${definition.logicalId} (${definition.file})`;
    const every = adviseOnEveryAddress(exempt, ofSam);
    const elsewhere = every === undefined ? `; or call from ${list(wanted)}` : '';
    return [
      ...(every === undefined ? [] : [`${every}${toDeploy(about.protocol)}`]),
      `${every === undefined ? 'Add' : 'Otherwise, add'} ${found.map((address) => `${address}/${address.includes(':') ? 128 : 32}`).join(', ')}, or the range of the caller, to ${ofSam}, from which SAM writes this Deny for every other address${elsewhere}.${toDeploy(about.protocol)}`,
    ];
  }
  const sending =
    adviseOnEveryAddress(exempt, `${nameStatement(policy, statement)} of ${whose}`) ??
    adviseSending(about, { ...exempt, operator: operator.replace(/not/i, '') });
  // A request without a value, such as a request that came through no VPC endpoint, cannot be added to the list of
  // exempt callers.
  if (found.length === 0 && !HEADERS.some(([name]) => name.test(key))) return [sending];
  if (found.length === 0)
    return [
      sending,
      `Or, if requests without ${key} should have access, add Null: {"${key}": "false"} to the Condition of ${nameStatement(policy, statement)} in ${whose}: without the key, ${operator} is always met.${policy.of === 'resource' ? toDeploy(about.protocol) : ''}`,
    ];
  return [
    sending,
    `Or, if this caller should have access, add ${found.join(', ')} to the values of ${operator} ${key} of ${nameStatement(policy, statement)} in ${whose}.${policy.of === 'resource' ? toDeploy(about.protocol) : ''}`,
  ];
}

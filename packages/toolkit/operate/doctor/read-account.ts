/**
 * Reads the account's state for the checks of a stack. It does not change anything. Facts that the credentials are not
 * allowed to read are listed and not guessed.
 */
import { compareNames } from '@gatewright/aws/text/name-order';
import type { Aws } from '../../terminal/aws-call.ts';
import { listAt, memberAt, textAt } from '../../terminal/aws-call.ts';
import { reservations } from './check-account-quotas.ts';
import { exportsOf } from './check-exports.ts';
import type { Unread } from './finding.ts';
import { NAMED_TYPES } from './named-types.ts';
import { createReader } from './reader.ts';
import type { Reader } from './reader.ts';
import type { Caller } from '../../terminal/read-caller.ts';
import type { AccountView, NamedResource, StackResource, StackView } from './views.ts';
import { schemaOf } from '@gatewright/authoring/files/table-schema';

export async function readAccount(aws: Aws, caller: Caller, stack: StackView): Promise<AccountView> {
  const reader = createReader(aws);
  const [stackStatus, exports, hasLogRole, lambda, apis] = await Promise.all([
    readStatus(reader, stack),
    readExports(reader),
    readLogRole(reader),
    readLambda(reader),
    readApis(reader),
  ]);
  const resources = stackStatus === 'none' ? [] : await readResources(reader, stack);
  const found = await lookUp(reader, aws.region, caller, namedResources(stack));
  const own = await readReservations(reader, stack);
  const { stackName } = stack;
  const gone = (exports ?? [])
    .filter((one) => one.stackName === stackName)
    .filter(({ name }) => !exportsOf(stack).some((wanted) => wanted.name === name));
  const importers = [];
  for (const { name } of gone) importers.push({ name, by: await readImporters(reader, name) });
  return {
    ...caller,
    stackStatus,
    resources,
    exports,
    importers,
    hasLogRole,
    lambda,
    apis,
    taken: found.taken,
    tables: found.tables,
    reserved: own,
    unread: sorted(reader.unread),
  };
}

/** Sorts the entries, because AWS's responses arrive in no fixed order. */
function sorted(unread: readonly Unread[]): readonly Unread[] {
  return unread.toSorted((a, b) => compareNames(a.what, b.what));
}

function namedResources({ template }: StackView): readonly NamedResource[] {
  return Object.entries(template.Resources).flatMap(([logicalId, { Type: type, Properties = {} }]) => {
    const name = Properties[NAMED_TYPES[type]?.property ?? ''];
    return typeof name === 'string' ? [{ type, logicalId, name }] : [];
  });
}

const CLOUDFORMATION = { service: 'cloudformation', protocol: 'query', version: '2010-05-15' } as const;
/**
 * The maximum number of pages. A page contains 100 exports or resources, and CloudFormation does not allow more pages
 * of either.
 */
const PAGES_LIMIT = 20;

async function readStatus(reader: Reader, { stackName }: StackView): Promise<string | undefined> {
  const answer = await reader.read(
    `whether stack ${stackName} exists`,
    'cloudformation:DescribeStacks',
    { ...CLOUDFORMATION, action: 'DescribeStacks', parameters: { StackName: stackName } },
    /does not exist/,
  );
  if (answer === 'absent') return 'none';
  const [stack] = listAt(answer?.body, 'DescribeStacksResponse', 'DescribeStacksResult', 'Stacks');
  return textAt(stack, 'StackStatus');
}

async function readPages(
  reader: Reader,
  what: string,
  action: string,
  member: string,
  parameters: Readonly<Record<string, string>> = {},
  absent?: RegExp,
): Promise<readonly unknown[] | undefined> {
  const entries: unknown[] = [];
  let next: string | undefined;
  for (let page = 1; page <= PAGES_LIMIT; page += 1) {
    const request = { ...CLOUDFORMATION, action, parameters: { ...parameters, NextToken: next } };
    const answer = await reader.read(what, `cloudformation:${action}`, request, absent);
    if (answer === undefined) return undefined;
    if (answer === 'absent') return [];
    const result = memberAt(answer.body, `${action}Response`, `${action}Result`);
    entries.push(...listAt(result, member));
    next = textAt(result, 'NextToken');
    if (next === undefined || next === '') break;
  }
  return entries;
}

async function readResources(
  reader: Reader,
  { stackName }: StackView,
): Promise<readonly StackResource[] | undefined> {
  const what = `the resources of stack ${stackName}`;
  const parameters = { StackName: stackName };
  const entries = await readPages(
    reader,
    what,
    'ListStackResources',
    'StackResourceSummaries',
    parameters,
    /does not exist/,
  );
  return entries
    ?.filter((entry) => textAt(entry, 'ResourceStatus') !== 'DELETE_COMPLETE')
    .map((entry) => ({
      type: textAt(entry, 'ResourceType') ?? '',
      logicalId: textAt(entry, 'LogicalResourceId') ?? '',
      physicalId: textAt(entry, 'PhysicalResourceId') ?? '',
    }));
}

async function readExports(reader: Reader): Promise<AccountView['exports']> {
  const entries = await readPages(reader, 'the exported names', 'ListExports', 'Exports');
  return entries?.map((entry) => ({
    name: textAt(entry, 'Name') ?? '',
    // The id is an ARN such as arn:aws:cloudformation:us-east-1:123456789012:stack/NAME/UUID.
    stackName: (textAt(entry, 'ExportingStackId') ?? '').split('/')[1] ?? '',
  }));
}

async function readImporters(reader: Reader, name: string): Promise<readonly string[]> {
  const what = `the importers of ${name}`;
  const entries = await readPages(
    reader,
    what,
    'ListImports',
    'Imports',
    { ExportName: name },
    /not imported/,
  );
  return (entries ?? []).map(String);
}

async function readLogRole(reader: Reader): Promise<boolean | undefined> {
  const answer = await reader.read(
    "the account's role for logs of API Gateway",
    'apigateway:GET on /account',
    { service: 'apigateway', protocol: 'rest', path: '/account' },
    /NotFoundException/,
  );
  if (answer === undefined) return undefined;
  return answer !== 'absent' && (textAt(answer.body, 'cloudwatchRoleArn') ?? '') !== '';
}

async function readLambda(reader: Reader): Promise<AccountView['lambda']> {
  const answer = await reader.read("Lambda's quotas of the account", 'lambda:GetAccountSettings', {
    service: 'lambda',
    protocol: 'rest',
    path: '/2016-08-19/account-settings',
  });
  if (answer === undefined || answer === 'absent') return undefined;
  const limit = (name: string): number => Number(memberAt(answer.body, 'AccountLimit', name));
  const facts = {
    concurrency: limit('ConcurrentExecutions'),
    unreserved: limit('UnreservedConcurrentExecutions'),
    codeLimitBytes: limit('TotalCodeSize'),
    codeBytes: Number(memberAt(answer.body, 'AccountUsage', 'TotalCodeSize') ?? 0),
  };
  return Object.values(facts).every(Number.isFinite) ? facts : undefined;
}

async function readReservations(reader: Reader, stack: StackView): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  // Only the functions of the new template are read. Reservations of removed functions are released by the deployment.
  // The checks still treat these reservations as used, so the result may be too strict but never too lenient.
  for (const { name } of reservations(stack)) {
    if (typeof name !== 'string') continue;
    const answer = await reader.read(
      `the reserved concurrency of ${name}`,
      'lambda:GetFunctionConcurrency',
      {
        service: 'lambda',
        protocol: 'rest',
        path: `/2019-09-30/functions/${encodeURIComponent(name)}/concurrency`,
      },
      /ResourceNotFoundException|HTTP 404/,
    );
    const count =
      answer === undefined || answer === 'absent' ? 0 : answer.body['ReservedConcurrentExecutions'];
    if (typeof count === 'number') found.set(name, count);
  }
  return found;
}

/** The maximum number of pages of APIs. Two pages contain more APIs than an account may have. */
const API_PAGES = 2;

async function readApis(reader: Reader): Promise<AccountView['apis']> {
  const rest = await readApiPages(reader, '/restapis?limit=500', 'position', 'item');
  const others = await readApiPages(reader, '/v2/apis?maxResults=500', 'nextToken', 'items');
  if (rest === undefined || others === undefined) return undefined;
  const ofKind = (protocol: string): number =>
    others.filter((api) => textAt(api, 'protocolType') === protocol).length;
  return { rest: rest.length, http: ofKind('HTTP'), websocket: ofKind('WEBSOCKET') };
}

async function readApiPages(
  reader: Reader,
  path: string,
  token: 'position' | 'nextToken',
  member: string,
): Promise<readonly unknown[] | undefined> {
  const entries: unknown[] = [];
  let next: string | undefined;
  for (let page = 1; page <= API_PAGES; page += 1) {
    const query = next === undefined ? '' : `&${token}=${encodeURIComponent(next)}`;
    const answer = await reader.read('the number of APIs', `apigateway:GET on ${path.split('?')[0]}`, {
      service: 'apigateway',
      protocol: 'rest',
      path: `${path}${query}`,
    });
    if (answer === undefined || answer === 'absent') return undefined;
    const found = memberAt(answer.body, member) ?? memberAt(answer.body, '_embedded', 'item');
    entries.push(
      ...(Array.isArray(found) ? (found as readonly unknown[]) : found === undefined ? [] : [found]),
    );
    next = textAt(answer.body, token);
    if (next === undefined) break;
  }
  return entries;
}

// Finds the names in a template that already exist. For each name, one call is made to the service of the resource.

/** The maximum number of calls at the same time. More calls could be throttled. */
const AT_ONCE = 4;

async function lookUp(
  reader: Reader,
  region: string,
  { accountId }: Caller,
  names: readonly NamedResource[],
): Promise<Pick<AccountView, 'taken' | 'tables'>> {
  const taken: NamedResource[] = [];
  const tables: AccountView['tables'][number][] = [];
  const rest = [...names];
  const ask = async (): Promise<void> => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) {
      const { type, name } = one;
      const named = NAMED_TYPES[type];
      if (named === undefined) continue;
      const request = named.request({ name, region, accountId });
      const answer = await reader.read(`whether ${name} exists`, named.permission, request, named.absent);
      if (answer === undefined || answer === 'absent') continue;
      if (type === 'AWS::Logs::LogGroup' && !hasGroup(answer.body, name)) continue;
      taken.push(one);
      if (type === 'AWS::DynamoDB::Table') tables.push(await readTable(reader, region, one, answer.body));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  const order = (list: readonly { readonly logicalId: string }[]) =>
    names.flatMap(({ logicalId }) => list.filter((one) => one.logicalId === logicalId));
  return {
    taken: order(taken) as NamedResource[],
    tables: order(tables) as AccountView['tables'][number][],
  };
}

async function readTable(
  reader: Reader,
  region: string,
  { logicalId, name }: NamedResource,
  described: unknown,
): Promise<AccountView['tables'][number]> {
  const replicas = replicasIn(described, region);
  const arn = textAt(described, 'Table', 'TableArn');
  const tags = await reader.read(`tags of table ${name}`, 'dynamodb:ListTagsOfResource', {
    service: 'dynamodb',
    protocol: 'json',
    target: 'DynamoDB_20120810.ListTagsOfResource',
    input: { ResourceArn: arn },
  });
  const schema = tags === undefined || tags === 'absent' ? undefined : schemaOf(tags.body);
  return { logicalId, name, replicas, schema };
}

/**
 * Whether the response contains a log group with exactly this name. The call returns all groups whose names begin with
 * this name.
 */
function hasGroup(body: unknown, name: string): boolean {
  return listAt(body, 'logGroups').some((group) => textAt(group, 'logGroupName') === name);
}

/**
 * Returns the other regions of a table. The region of the call itself is removed, because DynamoDB also lists it if the
 * table has any other region.
 */
function replicasIn(body: unknown, region: string): readonly string[] {
  return listAt(memberAt(body, 'Table'), 'Replicas')
    .map((replica) => textAt(replica, 'RegionName') ?? '')
    .filter((name) => name !== region && name !== '');
}

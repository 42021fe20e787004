import { asList, memberOf } from '@gatewright/aws/json-object';
import { UsageError } from '@gatewright/aws/usage-error';
import type { SignedGet } from './signed-get.ts';

export type NamedApi = {
  readonly stack?: string | undefined;
  readonly logicalId?: string | undefined;
  /** The output of the stack that contains the id or the address of the API. */
  readonly output?: string | undefined;
  readonly name?: string | undefined;
};

const PAGES_LIMIT = 20;
const ID = /^[a-z0-9]{1,64}$/;
const ADDRESS = /^(?:https|wss):\/\/([a-z0-9]{1,64})\.execute-api\./;

/**
 * Thrown if the account does not contain the API. The API may not exist yet, because the resources that protect it are
 * deployed first.
 */
export class NoSuchApiError extends UsageError {
  override readonly name = 'NoSuchApiError';
}

/**
 * Finds the id of an API.
 * @throws NoSuchApiError if there is no such API
 * @throws UsageError if there are several, or if AWS does not respond
 */
export async function findApiId(
  aws: SignedGet,
  { stack, logicalId, output, name }: NamedApi,
): Promise<string> {
  if (stack !== undefined && logicalId !== undefined) return findPhysicalId(aws, stack, logicalId);
  if (stack !== undefined && output !== undefined) return findByOutput(aws, stack, output);
  return findByName(aws, name ?? '');
}

async function findPhysicalId(aws: SignedGet, stack: string, logicalId: string): Promise<string> {
  const answer = await ask(aws, 'DescribeStackResource', { StackName: stack, LogicalResourceId: logicalId });
  const id = memberOf(memberOf(answer, 'StackResourceDetail'), 'PhysicalResourceId');
  if (typeof id === 'string' && ID.test(id)) return id;
  throw new NoSuchApiError(
    `CloudFormation has no API ${logicalId} in stack ${stack} in region ${aws.region}`,
  );
}

async function findByOutput(aws: SignedGet, stack: string, output: string): Promise<string> {
  const answer = await ask(aws, 'DescribeStacks', { StackName: stack });
  const [described] = asList(memberOf(answer, 'Stacks'));
  const found = asList(memberOf(described, 'Outputs')).find((one) => memberOf(one, 'OutputKey') === output);
  const value = memberOf(found, 'OutputValue');
  const id = typeof value === 'string' ? (ADDRESS.exec(value)?.[1] ?? value) : '';
  if (ID.test(id)) return id;
  throw new NoSuchApiError(
    `stack ${stack} in region ${aws.region} has no output ${output} with the id or the address of an API`,
  );
}

/** Finds an API by its name. Names need not be unique. If several APIs have the name, this is an error. */
async function findByName(aws: SignedGet, name: string): Promise<string> {
  const rest = await listAll(aws, '/restapis?limit=500', 'item', 'position', 'position');
  const v2 = await listAll(aws, '/v2/apis?maxResults=100', 'items', 'nextToken', 'nextToken');
  const ids = [
    ...rest.map((api) => ({ id: memberOf(api, 'id'), name: memberOf(api, 'name') })),
    ...v2.map((api) => ({ id: memberOf(api, 'apiId'), name: memberOf(api, 'name') })),
  ]
    .filter((api) => api.name === name)
    .map(({ id }) => String(id));
  const [id] = ids;
  if (id !== undefined && ids.length === 1 && ID.test(id)) return id;
  if (id === undefined) throw new NoSuchApiError(`region ${aws.region} has no API with the name ${name}`);
  throw new UsageError(
    `${ids.length} APIs in region ${aws.region} have the name ${name} (${ids.join(', ')}): write one of these ids as apiId, instead of name`,
  );
}

async function listAll(
  aws: SignedGet,
  path: string,
  items: string,
  next: string,
  parameter: string,
): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  let token = '';
  for (let pages = 0; pages < PAGES_LIMIT; pages += 1) {
    const page = await aws.get('apigateway', token === '' ? path : `${path}&${parameter}=${token}`);
    found.push(...asList(memberOf(page, items) ?? memberOf(memberOf(page, '_embedded'), 'item')));
    const after = memberOf(page, next);
    if (typeof after !== 'string' || after === '') return found;
    token = encodeURIComponent(after);
  }
  throw new UsageError(`region ${aws.region} has too many APIs to search: write apiId instead of name`);
}

async function ask(aws: SignedGet, action: string, parameters: Record<string, string>): Promise<unknown> {
  const query = new URLSearchParams({ Action: action, Version: '2010-05-15', ...parameters });
  const answer = await aws.get('cloudformation', `/?${query.toString()}`);
  return memberOf(memberOf(answer, `${action}Response`), `${action}Result`);
}

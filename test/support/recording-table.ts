/** Runs a function with a DynamoDB that only records the calls that it gets. */
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { runInstance } from './fresh-function.ts';
import type { Ran } from './function-output.ts';
import { aLoopbackServer } from './signed-tokens.ts';

type TestRequest = { readonly action: string; readonly input: unknown };

/** An update counts as written only if it returns its new item. */
function answerTo({ headers }: IncomingMessage): string {
  return String(headers['x-amz-target']).endsWith('.UpdateItem') ? '{"Attributes":{}}' : '{}';
}

/** Runs the function with the SDK's own variables pointing to a recording server. */
export async function runWithTable(
  name: string,
  event: unknown,
  status = 200,
): Promise<{ ran: Ran<unknown> | undefined; asked: readonly TestRequest[] }> {
  const asked: TestRequest[] = [];
  await using server = await aLoopbackServer((request, response) => {
    void json(request).then((input) => {
      asked.push({ action: String(request.headers['x-amz-target'] ?? request.url), input });
      const isInvocation = request.url?.endsWith('/invocations') === true && status === 200;
      response.writeHead(isInvocation ? 202 : status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(status === 200 ? answerTo(request) : '{"__type":"AccessDeniedException"}');
    });
  });
  const environment = {
    AWS_ENDPOINT_URL_DYNAMODB: server.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    GATEWRIGHT_CONNECTIONS_TABLE: 'connections',
    GATEWRIGHT_USAGE_TABLE: 'usage',
    GATEWRIGHT_PUBLISHER: 'ws-publisher',
    GATEWRIGHT_APIS: 'a1b2c3',
    AWS_ENDPOINT_URL_LAMBDA: server.url,
  };
  const [ran] = await runInstance(name, environment, event);
  return { ran, asked };
}

/** Whole APIs for tests: a stack on virtual ports, which is called without a socket. */
import { Account } from '../../packages/gateway/control/account.ts';
import { loadApis } from '../../packages/gateway/control/loading/load-apis.ts';
import { serve } from '../../packages/gateway/core/pipeline.ts';
import { receive } from '../../packages/gateway/core/receive.ts';
import { aStack } from './a-stack.ts';
import { virtualPorts } from './virtual-ports.ts';
import type { AccountOptions } from '../../packages/gateway/control/account.ts';
import type { ApiState } from '../../packages/gateway/control/api-state.ts';
import type { Tolerance } from '../../packages/gateway/core/errors.ts';
import type { FunctionDefinition } from '../../packages/gateway/core/stack/function.ts';
import type { Reply } from '../../packages/gateway/core/exchange.ts';
import type { TestResource } from './a-stack.ts';
import type { FakeFunction, TestPorts } from './virtual-ports.ts';

export type TestRequest = {
  readonly method?: string;
  /** The path with the stage and the query, such as `/dev/pets?x=1`. */
  readonly target: string;
  /** Names and values in turn, in one flat list. */
  readonly headers?: readonly string[];
  readonly body?: string | Buffer;
};

export type TestApi = {
  readonly api: ApiState;
  readonly account: Account;
  readonly ports: TestPorts;
  readonly send: (request: TestRequest) => Promise<Reply>;
};

export type ApiSetup = Partial<Omit<AccountOptions, 'clock'>> & {
  /** Names of functions that the stack defines. */
  readonly ownFunctions?: readonly string[];
  /** Receives the problems of the definitions. Without it, definitions with problems are refused. */
  readonly tolerance?: Tolerance;
};

const aFunction = (name: string): FunctionDefinition =>
  ({
    name,
    logicalId: name,
    stackName: 'test',
    place: { file: 'template.json', line: 1, logicalId: name },
  }) as FunctionDefinition;

/** The first API of the resources, behind these functions. */
export function anApi(
  resources: Readonly<Record<string, TestResource>>,
  functions: Readonly<Record<string, FakeFunction>>,
  { isThrottled = false, ownFunctions = [], tolerance, ...more }: ApiSetup = {},
): TestApi {
  const ports = virtualPorts(functions);
  const account = new Account({ clock: ports.clock, isThrottled, ...more });
  const { apis, adopt } = loadApis(
    [{ ...aStack(resources), functions: ownFunctions.map(aFunction) }],
    account,
    tolerance,
  );
  adopt();
  const [api] = apis;
  if (api === undefined) throw new Error('the resources have no API');
  return {
    api,
    account,
    ports,
    send: ({ method = 'GET', target, headers = [], body }) =>
      serve(
        receive(
          {
            method,
            target,
            rawHeaders: headers,
            body: body === undefined ? undefined : Buffer.from(body),
            remoteAddress: '::ffff:127.0.0.1',
            httpVersion: '1.1',
          },
          api.served,
          ports,
        ),
        ports,
      ),
  };
}

/** The value of a reply's header. The values of a repeated header are joined with `, `. */
export function headerOf(reply: Reply, name: string): string | undefined {
  const values = reply.headers.filter(
    (_, index) => index % 2 === 1 && reply.headers[index - 1]?.toLowerCase() === name.toLowerCase(),
  );
  return values.length === 0 ? undefined : values.join(', ');
}

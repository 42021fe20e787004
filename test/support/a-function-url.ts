/** A function URL on virtual ports, which is called without a socket. */
import { Account } from '../../packages/gateway/control/account.ts';
import { readFunctionUrls } from '../../packages/gateway/control/loading/read-function-urls.ts';
import { Faults } from '../../packages/gateway/core/errors.ts';
import { serve } from '../../packages/gateway/core/pipeline.ts';
import { gatherReply } from '../../packages/gateway/core/gather-reply.ts';
import { receive } from '../../packages/gateway/core/receive.ts';
import { aStack, functionArn } from './a-stack.ts';
import { virtualPorts } from './virtual-ports.ts';
import type { AccountOptions } from '../../packages/gateway/control/account.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Reply } from '../../packages/gateway/core/exchange.ts';
import type { TestRequest } from './an-api.ts';
import type { TestResource } from './a-stack.ts';
import type { FakeFunction, TestPorts } from './virtual-ports.ts';

export type TestUrl = {
  readonly ports: TestPorts;
  readonly faults: Faults;
  /** Without the port. */
  readonly host: string;
  readonly send: (request: TestRequest) => Promise<Reply>;
};

/** The permission that lets everybody call a URL of the function `greet`. */
export const PUBLIC: Readonly<Record<string, TestResource>> = {
  Url: permission({ Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' }),
  Function: permission({ Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true }),
};

export function permission(properties: JsonObject): TestResource {
  return {
    type: 'AWS::Lambda::Permission',
    properties: { FunctionName: functionArn('greet'), Principal: '*', ...properties },
  };
}

const LIMITS = { maxBytes: 1_000_000, timeoutMs: 1_000 };

/** The URL of `greet`. */
export function aFunctionUrl(
  properties: JsonObject,
  greet: FakeFunction,
  {
    resources = PUBLIC,
    ...account
  }: Partial<AccountOptions> & { readonly resources?: Readonly<Record<string, TestResource>> } = {},
): TestUrl {
  const ports = virtualPorts({ greet });
  const url = {
    type: 'AWS::Lambda::Url',
    properties: { TargetFunctionArn: functionArn('greet'), ...properties },
  };
  const stacks = [aStack({ GreetUrl: url, ...resources })];
  const accountOf = new Account({
    clock: ports.clock,
    isThrottled: false,
    needsPermissions: true,
    ...account,
  });
  accountOf.functionPolicies.define(stacks);
  const faults = new Faults(false);
  const [found] = readFunctionUrls(stacks, accountOf, faults);
  if (found === undefined) throw new Error('the resources have no URL');
  const { served } = found;
  return {
    ports,
    faults,
    host: served.domainName,
    async send({ method = 'GET', target, headers = [], body }) {
      const wire = { method, target, rawHeaders: headers, remoteAddress: '127.0.0.1', httpVersion: '1.1' };
      const bytes = body === undefined ? undefined : Buffer.from(body);
      return gatherReply(await serve(receive({ ...wire, body: bytes }, served, ports), ports), LIMITS);
    },
  };
}

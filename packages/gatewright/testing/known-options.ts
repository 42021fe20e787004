/**
 * Refuses options that a call does not have. TypeScript finds them, but in JavaScript a misspelled option would have no
 * effect, and the test could pass for another reason.
 */
import type { RequestOptions } from './api-request.ts';
import { TestingError } from './control-link.ts';
import type { McpOptions, ResetOptions, SendOptions, TestGateway } from './test-gateway.ts';
import type { TokenOptions } from '../../gateway/engine/index.ts';
import type { SocketOptions } from './test-socket.ts';

/** All options of a call. The compiler finds an option that is missing in the list. */
export type OptionNames<Options> = Readonly<Record<keyof Required<Options>, true>>;

const OF_APIS = { token: true, api: true, stage: true } as const;
const REQUEST: OptionNames<RequestOptions> = {
  method: true,
  headers: true,
  query: true,
  body: true,
  ...OF_APIS,
};
const SOCKET: OptionNames<SocketOptions> = { query: true, headers: true, protocols: true, ...OF_APIS };
const MCP: OptionNames<McpOptions> = { headers: true, revision: true, ...OF_APIS };
const SEND: OptionNames<SendOptions> = { source: true, detailType: true, groupId: true };
const TOKEN: OptionNames<TokenOptions> = {
  sub: true,
  issuer: true,
  aud: true,
  roles: true,
  scope: true,
  claims: true,
  expiresInSeconds: true,
};
const RESET: OptionNames<ResetOptions> = { keepsInstances: true };

/** @throws TestingError if an option is not one of the known options */
export function refuseUnknown<Options extends object>(
  call: string,
  options: Options,
  known: OptionNames<Options>,
): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined)
    throw new TestingError(
      `${call} has no option "${unknown}"; expected one of ${Object.keys(known).join(', ')}`,
    );
}

/** Returns the gateway with calls that refuse unknown options. */
export function withKnownOptions(gateway: TestGateway): TestGateway {
  return {
    ...gateway,
    async inject(path, options = {}) {
      refuseUnknown('inject', options, REQUEST);
      return gateway.inject(path, options);
    },
    async connect(options = {}) {
      refuseUnknown('connect', options, SOCKET);
      return gateway.connect(options);
    },
    mcp(path, options = {}) {
      refuseUnknown('mcp', options, MCP);
      return gateway.mcp(path, options);
    },
    async token(options) {
      refuseUnknown('token', options, TOKEN);
      return gateway.token(options);
    },
    async send(target, body, options = {}) {
      refuseUnknown('send', options, SEND);
      await gateway.send(target, body, options);
    },
    async reset(options = {}) {
      refuseUnknown('reset', options, RESET);
      await gateway.reset(options);
    },
  };
}

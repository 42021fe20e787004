/** One recorded, documented or reported response of the control plane, in the schema of test/parity/README.md. */
import type { Json, JsonObject, ParityCase } from './parity-case.ts';

/** Absent in a call: by the kind of API. */
export type ControlService = 'apigateway' | 'apigatewayv2' | 'apigatewaymanagementapi';

/** A command of the AWS SDK and its input. */
export type ControlCall = {
  /** `CreateRestApi` */
  readonly call: string;
  readonly input: JsonObject;
  readonly service?: ControlService;
  /** The stage that `@connections` addresses: `${api}/dev`. */
  readonly stage?: string;
};

type SetupCall = ControlCall & {
  /** Name of a placeholder → member of the response: `{ api: 'id' }` for `${api}`. */
  readonly keep?: Readonly<Record<string, string>>;
};

type ControlExpectation = {
  readonly status: number;
  /** The error of a refused call; texts may contain wildcards. */
  readonly error?: { readonly code: string; readonly message: Json };
  /** The response as the SDK returns it; dates are `DATE`. */
  readonly body?: Json;
  readonly bodySubset?: boolean;
  /** Member by which `items` is sorted before the comparison. */
  readonly sortItemsBy?: string;
};

export type ControlCase = {
  readonly id: string;
  readonly source: JsonObject;
  readonly area: string;
  readonly api: 'rest' | 'http' | 'websocket';
  readonly setup: { readonly calls: readonly SetupCall[] };
  readonly request: ControlCall & { readonly mode: 'control' };
  readonly expect: ControlExpectation;
  readonly note?: string;
};

/** AWS's response, as its SDK returns it. */
export type ControlReply = {
  readonly status: number;
  readonly body: JsonObject;
  readonly error?: { readonly code: string; readonly message: string };
};

/** The target of the calls: a gateway, or AWS. */
export interface ControlTarget {
  readonly region: string;
  readonly accountId: string;
  /** @throws Error for a call that the SDK does not know, or one that gets no response */
  send(service: ControlService, call: ControlCall): Promise<ControlReply>;
}

export type AnyCase = ParityCase | ControlCase;

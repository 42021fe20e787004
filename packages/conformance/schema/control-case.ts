/** A recorded, documented or reported response of the control plane, as CASES.md describes it. */
import type { Json, JsonObject, ParityCase } from './parity-case.ts';

/** The service of a call. If a call does not name a service, the kind of API determines it. */
export type ControlService =
  | 'apigateway'
  | 'apigatewayv2'
  | 'apigatewaymanagementapi'
  | 'appconfigdata'
  | 'cloudformation'
  | 'cloudfront'
  | 'cloudwatch'
  | 'cognito-idp'
  | 'dynamodb'
  | 'dynamodbstreams'
  | 'events'
  | 'kinesis'
  | 'lambda'
  | 'logs'
  | 's3'
  | 'secretsmanager'
  | 'servicediscovery'
  | 'sns'
  | 'sqs'
  | 'ssm'
  | 'states'
  | 'sts'
  | 'wafv2'
  | 'xray';

/** A command of the AWS SDK and its input. */
export type ControlCall = {
  /** Name of the command, such as `CreateRestApi`. */
  readonly call: string;
  readonly input: JsonObject;
  readonly service?: ControlService;
  /** The stage that `@connections` addresses: `${api}/dev`. */
  readonly stage?: string;
};

type SetupCall = ControlCall & {
  /** Maps the name of a placeholder to a member of the response: `{ api: 'id' }` for `${api}`. */
  readonly keep?: Readonly<Record<string, string>>;
};

/** A CloudFormation template. Its outputs are placeholders of the calls: `${TopicArn}`. */
export type CaseStack = {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: JsonObject }>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: Json }>>;
};

type ControlExpectation = {
  readonly status: number;
  /** The error of a refused call. Its strings may contain wildcards. */
  readonly error?: { readonly code: string; readonly message: Json };
  /** The response as the SDK returns it; dates are `DATE`. */
  readonly body?: Json;
  readonly bodySubset?: boolean;
  /** The member by which `items` is sorted before the comparison. */
  readonly sortItemsBy?: string;
};

export type ControlCase = {
  readonly id: string;
  readonly source: JsonObject;
  readonly area: string;
  readonly api: 'rest' | 'http' | 'websocket';
  readonly setup: { readonly stack?: CaseStack; readonly calls: readonly SetupCall[] };
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
  /** @throws Error if the SDK does not know the call, or there is no response */
  send(service: ControlService, call: ControlCall): Promise<ControlReply>;
  /** Deploys the stack of a case. Without this function, the stack is deployed by calls to CloudFormation. */
  openStack?(stack: CaseStack): Promise<OpenedStack>;
}

/** The deployed stack of a case. */
export type OpenedStack = {
  /** The account that has the stack. */
  readonly target: ControlTarget;
  readonly outputs: ReadonlyMap<string, string>;
  /** Removes the stack. Returns a message if something could not be removed. */
  remove(): Promise<string | undefined>;
};

export type AnyCase = ParityCase | ControlCase;

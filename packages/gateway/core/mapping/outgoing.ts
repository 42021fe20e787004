import type {
  FunctionIntegration,
  HttpApiProxyIntegration,
  HttpApiServiceIntegration,
  HttpIntegration,
  HttpProxyIntegration,
  HttpStreamIntegration,
  MockIntegration,
  ServiceIntegration,
} from './integration.ts';
import type { LambdaProxyIntegration, LambdaStreamIntegration } from '../deployment/model.ts';
import type { HttpHead, HttpRequest, ServiceRequest, StreamAnswer } from '../ports.ts';
import type { MappingInput } from './mapping-input.ts';

/**
 * The result of building the request of a MOCK integration, which calls no backend. Its `status` comes from the request
 * template.
 */
export type MockCall = {
  readonly kind: 'mock';
  readonly plan: MockIntegration;
  readonly input: MappingInput;
  readonly status: number;
};

export type FunctionCall = {
  readonly kind: 'function';
  readonly plan: FunctionIntegration;
  readonly input: MappingInput;
  readonly functionName: string;
  readonly qualifier: string | undefined;
  readonly event: string;
  /**
   * Whether the call is asynchronous because `X-Amz-Invocation-Type` is `Event`. The function's result is then not
   * awaited.
   */
  readonly isAsynchronous: boolean;
};

export type HttpCall = {
  readonly kind: 'http';
  readonly plan: HttpIntegration | HttpProxyIntegration;
  readonly input: MappingInput;
  readonly request: HttpRequest;
};

export type MappedServiceCall = {
  readonly kind: 'service';
  readonly plan: ServiceIntegration;
  readonly input: MappingInput;
  readonly request: ServiceRequest;
};

export type HttpStreamCall = {
  readonly kind: 'http-stream';
  readonly plan: HttpStreamIntegration;
  readonly request: HttpRequest;
};

type HttpApiCall = {
  readonly kind: 'http-api';
  readonly plan: HttpApiProxyIntegration;
  readonly request: HttpRequest;
};

type HttpApiServiceCall = {
  readonly kind: 'http-api-service';
  readonly plan: HttpApiServiceIntegration;
  readonly request: ServiceRequest;
};

export type MappedOutgoing = MockCall | FunctionCall | HttpCall | HttpStreamCall | MappedServiceCall;

/**
 * The call that is sent to the integration. For a Lambda proxy integration it is the compiled integration itself,
 * because the event is the exchange's `payload`.
 */
export type Outgoing =
  | LambdaProxyIntegration
  | LambdaStreamIntegration
  | MappedOutgoing
  | HttpApiCall
  | HttpApiServiceCall;

/**
 * The start of a streamed response, which the body follows. It is JSON text from a function, or status and headers from
 * a backend.
 */
export type StreamedAnswer = StreamAnswer<string | HttpHead>;

/** The response of an integration other than a Lambda proxy. */
export type IntegrationAnswer = {
  /** The status of the backend or of Lambda's API. For a MOCK, it is the rendered status, which may be any integer. */
  readonly status: number;
  /** Flat list of names and values. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** The `errorMessage` of a function that failed. */
  readonly errorMessage?: string;
};

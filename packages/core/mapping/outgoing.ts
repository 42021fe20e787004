/** What goes to an integration, and what comes back. */
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

/** Nothing goes out; `status` is what the request template rendered. */
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
  /** Version or alias. */
  readonly qualifier: string | undefined;
  readonly event: string;
  /** `X-Amz-Invocation-Type: Event`: nobody waits for the function. */
  readonly isAsynchronous: boolean;
};

export type HttpCall = {
  readonly kind: 'http';
  readonly plan: HttpIntegration | HttpProxyIntegration;
  readonly input: MappingInput;
  readonly request: HttpRequest;
};

export type ServiceCall = {
  readonly kind: 'service';
  readonly plan: ServiceIntegration;
  readonly input: MappingInput;
  readonly request: ServiceRequest;
};

/** A backend whose answer is handed on as it comes. */
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

/** What `buildOutgoing` makes. */
export type MappedOutgoing = MockCall | FunctionCall | HttpCall | HttpStreamCall | ServiceCall;

/** A Lambda proxy is its own plan: its event is the exchange's `payload`, and nothing is made for it. */
export type Outgoing =
  LambdaProxyIntegration | LambdaStreamIntegration | MappedOutgoing | HttpApiCall | HttpApiServiceCall;

/** What a streaming integration answered: JSON text of a function, status and headers of a backend; then the body. */
export type StreamedAnswer = StreamAnswer<string | HttpHead>;

/** What an integration other than a Lambda proxy answered. */
export type IntegrationAnswer = {
  /** Of the backend, of Lambda's API, or what a MOCK rendered (then any integer). */
  readonly status: number;
  /** Flat name, value list. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** `errorMessage` of a function that failed. */
  readonly errorMessage?: string;
};

/** The rules in a file of faults, as plain data. */

/** The responses that a rule can give to a function's calls to a table. */
export const TABLE_ANSWERS = [
  'unreachable',
  'InternalServerError',
  'ServiceUnavailable',
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
] as const;

export type TableAnswer = (typeof TABLE_ANSWERS)[number];

export type Fault =
  | { readonly kind: 'latency'; readonly fromMs: number; readonly toMs: number }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      /** Whether the integration runs before the fault; its response is then dropped. */
      readonly callsIntegration: boolean;
    }
  | {
      readonly kind: 'error';
      readonly errorType: string;
      /** The error message; absent means that the message names the rule. */
      readonly errorMessage: string | undefined;
      readonly callsIntegration: boolean;
    }
  | { readonly kind: 'crash' }
  | { readonly kind: 'throttle' }
  | { readonly kind: 'cold start' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'cut body'; readonly afterBytes: number }
  | { readonly kind: 'table'; readonly table: string; readonly answer: TableAnswer };

/** The members of a rule that select a part of the stacks. */
export type Selector = 'api' | 'route' | 'function' | 'table';

export type FaultRule = {
  /** The rule's position in the file, from 1. */
  readonly number: number;
  readonly name: string | undefined;
  /** The name, logical id or id of an API; undefined means all APIs. */
  readonly api: string | undefined;
  /** A route such as `GET /orders/{id}`; undefined means all routes. */
  readonly route: string | undefined;
  /** The name or logical id of a function; undefined means all functions. */
  readonly function: string | undefined;
  /** The share of the matching requests that get the fault, from 0 to 1. */
  readonly share: number;
  /** The start of the rule's period, in milliseconds since startup. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly fault: Fault;
  /** Whether the rule is an action of AWS FIS, which applies to functions only. */
  readonly isOfFunctions: boolean;
  /** The line of the rule in the file, for messages. */
  readonly line: number;
  readonly lines: Readonly<Partial<Record<Selector, number>>>;
};

export type FaultFile = {
  /** The file as the user named it. */
  readonly file: string;
  readonly seed: number;
  readonly rules: readonly FaultRule[];
};

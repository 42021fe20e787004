/** Values by operator and condition key: `{ IpAddress: { 'aws:SourceIp': ['203.0.113.0/24'] } }`. */
export type PolicyConditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export type PolicyStatement = {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: 'execute-api:Invoke';
  readonly Resource: readonly string[];
  readonly Condition?: PolicyConditions;
};

export type PolicyDocument = {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
};

/** Context values. REST and WebSocket APIs accept only these types, and fail with 500 on an object or an array. */
export type AuthorizerContext = Readonly<Record<string, string | number | boolean>>;

export type PolicyResult = {
  readonly principalId: string;
  readonly policyDocument: PolicyDocument;
  readonly context: AuthorizerContext;
  /**
   * Value of the API key against whose usage plan the request is counted. Only REST APIs with ApiKeySourceType
   * AUTHORIZER use it.
   */
  readonly usageIdentifierKey?: string;
};

export type SimpleResult = {
  readonly isAuthorized: boolean;
  readonly context: AuthorizerContext;
};

export function sizeOf(result: PolicyResult | SimpleResult): number {
  return new TextEncoder().encode(JSON.stringify(result)).length;
}

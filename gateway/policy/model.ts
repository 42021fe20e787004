/** IAM policy documents, compiled once per document and evaluated per request. */

/** Values a statement's `Condition` may ask for, by lower-case key (`aws:sourceip`). A Map is one; the request path looks them up only when asked. */
export type ConditionValues = { get(key: string): readonly string[] | undefined };

/** Who asks, where a signature proved it. */
export type PolicyPrincipal = {
  /** `arn:aws:iam::123456789012:user/alice` */
  readonly arn: string;
  readonly accountId: string;
};

export type PolicyQuestion = {
  /** `execute-api:Invoke` */
  readonly action: string;
  /** `arn:aws:execute-api:…/{stage}/{VERB}/{path}` with the actual, still encoded path. */
  readonly resource: string;
  readonly conditions: ConditionValues;
  /** Undefined = anonymous: only statements for everybody speak of it. */
  readonly principal?: PolicyPrincipal | undefined;
};

export type PolicyDecision = 'allow' | 'explicit-deny' | 'implicit-deny';

export type CompiledPolicy = {
  decide(question: PolicyQuestion): PolicyDecision;
};

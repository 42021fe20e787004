/** IAM policy documents, compiled once per document and evaluated per request. */

/** Values a statement's `Condition` may ask for, by lower-case key (`aws:sourceip`). A Map is one; the request path looks them up only when asked. */
export type ConditionValues = { get(key: string): readonly string[] | undefined };

/** Who asks, where a signature proved it. */
export type PolicyPrincipal = {
  /** `arn:aws:iam::123456789012:user/alice` */
  readonly arn: string;
  readonly accountId: string;
  /** Of the session of a role. */
  readonly roleArn?: string | undefined;
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

/** What a policy was compiled from, for whoever asks which statement decided. */
type PolicySource = {
  readonly document: unknown;
  readonly options: PolicyReading;
};

/** How a document is read. */
export type PolicyReading = {
  /** `arn:aws:execute-api:{region}:{account}:{apiId}`, put in place of `execute-api:` in `execute-api:/…` resources. */
  readonly apiArn?: string;
  /** Authorizer functions may write `allow` and `DENY` (a CDK suite on AWS relies on it); IAM itself takes `Allow` and `Deny` only. */
  readonly effectInAnyCase?: boolean;
  /** A policy attached to a resource: each statement says for whom it is. Without it a statement is for whoever holds it. */
  readonly ofResource?: boolean;
  /**
   * A policy attached to a user or role: IAM refuses to save one with a principal ("AWS JSON policy elements:
   * Principal", "You cannot use the Principal element in an identity-based policy").
   */
  readonly ofIdentity?: boolean;
};

export type CompiledPolicy = {
  /** Of one document, or of several that speak together; absent where there is none. */
  readonly sources?: readonly PolicySource[];
  decide(question: PolicyQuestion): PolicyDecision;
};

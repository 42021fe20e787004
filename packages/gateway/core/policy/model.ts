/** IAM policy documents, compiled once per document and evaluated per request. */

/**
 * The values for a statement's `Condition`, by lower-case key (`aws:sourceip`). A Map can be used as this type. While a
 * request is handled, values are looked up only on demand.
 */
export type ConditionValues = { get(key: string): readonly string[] | undefined };

/** The caller, authenticated by a signature, or an AWS service that calls on its own behalf. */
export type PolicyPrincipal = {
  /** For example `arn:aws:iam::123456789012:user/alice`; empty for a service. */
  readonly arn: string;
  readonly accountId: string;
  /** The role's ARN if the principal is a role session. */
  readonly roleArn?: string | undefined;
  /** The service that calls, such as `sns.amazonaws.com`. */
  readonly service?: string | undefined;
};

export type PolicyQuestion = {
  readonly action: string;
  /**
   * The ARN of the called resource. For a request to an API, it is `arn:aws:execute-api:…/{stage}/{VERB}/{path}` with
   * the path of the request, still percent-encoded.
   */
  readonly resource: string;
  readonly conditions: ConditionValues;
  /** The caller. If undefined, the caller is anonymous, and only statements for everyone apply. */
  readonly principal?: PolicyPrincipal | undefined;
  /**
   * Whether the caller belongs to the account of the resource. If a policy allows the account, the policies of the
   * account's identities then decide (IAM user guide, "AWS JSON policy elements: Principal").
   */
  readonly isOfOwnAccount?: boolean | undefined;
};

export type PolicyDecision = 'allow' | 'explicit-deny' | 'implicit-deny';

/** The document from which a policy was compiled. It is needed to find the statement that decided. */
type PolicySource = {
  readonly document: unknown;
  readonly options: PolicyReading;
};

export type PolicyReading = {
  /**
   * The ARN `arn:aws:execute-api:{region}:{account}:{apiId}`, which replaces `execute-api:` in `execute-api:/…`
   * resources.
   */
  readonly apiArn?: string;
  /**
   * Whether `Effect` is case-insensitive. Authorizer functions may write `allow` and `DENY` (a CDK suite on AWS relies
   * on this), but IAM itself accepts only `Allow` and `Deny`.
   */
  readonly effectInAnyCase?: boolean;
  /**
   * Whether the policy is attached to a resource. If so, each statement names its principals. Otherwise, the statements
   * apply to the identity that the policy is attached to.
   */
  readonly ofResource?: boolean;
  /**
   * Whether the policy is attached to a user or role. IAM refuses such a policy if it contains a principal ("AWS JSON
   * policy elements: Principal", "You cannot use the Principal element in an identity-based policy").
   */
  readonly ofIdentity?: boolean;
};

export type CompiledPolicy = {
  /** The documents from which the policy was compiled; absent if there are none. */
  readonly sources?: readonly PolicySource[];
  decide(question: PolicyQuestion): PolicyDecision;
};

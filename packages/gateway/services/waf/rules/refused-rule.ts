/**
 * AWS WAF's error texts for rules and addresses that it refuses. A call gets these texts. A template gets our own
 * messages instead, which say what to change.
 */
import { InvalidMember } from '@gatewright/aws/member-reader';
import type { MemberReader } from '@gatewright/aws/member-reader';

const EXACTLY_ONE = 'You have used none or multiple values for a field that requires exactly one value.';
const CODE_OF_ONE = 'EXACTLY_ONE_CONDITION_REQUIRED';
const TOO_FEW =
  "You haven't met a minimum requirement for a threshold setting. Examples include a rule group capacity setting that's too low and an OR statement with only one nested statement.";

/** The texts, each from a public report of a refused web ACL. */
const SAID = {
  /** See hashicorp/terraform-provider-aws#34320 */
  'and-of-one': `${TOO_FEW}, field: AND_STATEMENT, parameter: AndStatement`,
  /** See KensioSoftware/yulin#907 */
  'or-of-one': `${TOO_FEW}, field: OR_STATEMENT, parameter: OrStatement`,
  /** See aws/aws-cdk#16627 */
  statement: `${EXACTLY_ONE}, field: STATEMENT, parameter: Statement`,
  /** See hashicorp/terraform-provider-aws#29321, aws/aws-cdk#6056 */
  rule: `${EXACTLY_ONE}, field: RULE, parameter: Rule`,
  /** See umotif-public/terraform-aws-waf-webaclv2#85 */
  action: `${CODE_OF_ONE}, field: RULE_ACTION, parameter: RuleAction`,
} as const;

/**
 * Returns the members that WAFInvalidParameterException has in addition to its message. They repeat parts of the
 * message. If the message has a code in place of the reason, `Reason` is a sentence. Source:
 * hashicorp/terraform-provider-aws#28808, aws-samples/dcv-web-portal#10.
 * @param said the text after `Error reason: `
 */
export function membersOfRefusal(said: string): object {
  const [, reason = said, Field, Parameter] =
    /^(.*), field: ([^,]*)(?:, parameter: (.*))?$/s.exec(said) ?? [];
  const Reason = reason === CODE_OF_ONE ? EXACTLY_ONE : reason;
  return { Reason, ...(Field !== undefined && { Field }), ...(Parameter !== undefined && { Parameter }) };
}

export class RefusedRule extends InvalidMember {
  override readonly name = 'RefusedRule';
  /** AWS's text after `Error reason: `. */
  readonly said: string;

  constructor(path: string, message: string, said: string) {
    super(path, message);
    this.said = said;
  }
}

export function refuseRule(at: MemberReader, name: string, message: string, said: keyof typeof SAID): never {
  throw new RefusedRule(at.at(name), message, SAID[said]);
}

/** Refuses an address of an IP set in the words of AWS (aws-samples/dcv-web-portal#10). */
export function refuseAddress(at: MemberReader, index: number, address: string, message: string): never {
  const said = `The parameter contains formatting that is not valid., field: IP_ADDRESS, parameter: ${address}`;
  throw new RefusedRule(at.at(`Addresses.${index}`), message, said);
}

/**
 * Returns the only member of a statement or an action.
 * @throws RefusedRule if there is none, or more than one
 */
export function soleMember(at: MemberReader, said: 'statement' | 'action'): string {
  const [name, ...others] = at.names;
  if (name === undefined || others.length > 0)
    return refuseRule(at, '', `must have exactly one member, but has ${at.names.join(', ') || 'none'}`, said);
  return name;
}

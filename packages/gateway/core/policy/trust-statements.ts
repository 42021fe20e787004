/** Reads which services the statements of a trust policy let assume the role, and with which condition. */
import { asOneOrMore, membersOf, parseJson } from '@gatewright/aws/json-object';
import { compileGlob } from '@gatewright/aws/glob';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { compilePolicy } from './evaluate.ts';

type TrustStatement = {
  /** The services that the statement lets assume the role; `*` means every principal. */
  readonly services: readonly string[];
  /** Whether the statement has a condition on `aws:SourceAccount` that a caller without this key does not meet. */
  readonly asksForSourceAccount: boolean;
  readonly index: number;
};

/**
 * Returns the statements with Effect Allow that let services assume the role; undefined if the document has no
 * statements. Of the conditions, only those on `aws:SourceAccount` are read, because the `aws:SourceArn` that API Gateway
 * sends when it assumes a role is not documented (docs/aws §8).
 */
export function readTrustStatements(document: unknown): readonly TrustStatement[] | undefined {
  const policy = membersOf(typeof document === 'string' ? parseJson(document) : document);
  if (policy['Statement'] === undefined) return undefined;
  return asOneOrMore(policy['Statement']).flatMap((one, index) => {
    const statement = membersOf(one);
    const { Effect: effect, Action: action, Principal: principal } = statement;
    const isMeant = asOneOrMore(action).some(
      (name) => typeof name === 'string' && compileGlob(name.toLowerCase())('sts:assumerole'),
    );
    if (effect !== 'Allow' || !isMeant || principal === undefined) return [];
    return [
      { services: servicesOf(principal), asksForSourceAccount: !allowsWithoutAccount(statement), index },
    ];
  });
}

function servicesOf(principal: unknown): readonly string[] {
  if (principal === '*') return ['*'];
  const { Service, AWS } = membersOf(principal);
  return [...asOneOrMore(Service), ...asOneOrMore(AWS).filter((name) => name === '*')].filter(
    (name) => typeof name === 'string',
  );
}

/** Whether the conditions on `aws:SourceAccount` are met by a caller that does not send this key. */
function allowsWithoutAccount({ Condition }: UnknownMembers): boolean {
  const ofAccount = Object.entries(membersOf(Condition)).flatMap(([operator, keys]) => {
    const own = Object.entries(membersOf(keys)).filter(([key]) => key.toLowerCase() === 'aws:sourceaccount');
    return own.length === 0 ? [] : [[operator, Object.fromEntries(own)] as const];
  });
  if (ofAccount.length === 0) return true;
  const compiled = compilePolicy({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Resource: '*',
        Condition: Object.fromEntries(ofAccount),
      },
    ],
  });
  if (compiled.kind !== 'compiled') return true;
  const question = { action: 'sts:AssumeRole', resource: '*', conditions: new Map() };
  return compiled.policy.decide(question) === 'allow';
}

/**
 * The condition keys that have a value when a function or an integration makes a call. All other keys, except
 * `aws:PrincipalTag/…`, count as missing.
 */
import { asOneOrMore, membersOf } from '@gatewright/aws/json-object';

const KEYS = new Set([
  'aws:currenttime',
  'aws:epochtime',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principaltype',
  'aws:requestedregion',
  'aws:resourceaccount',
  'aws:securetransport',
  'aws:userid',
  'dynamodb:attributes',
  'dynamodb:enclosingoperation',
  'dynamodb:fulltablescan',
  'dynamodb:leadingkeys',
  'dynamodb:returnconsumedcapacity',
  'dynamodb:returnvalues',
  'dynamodb:select',
  'events:detail-type',
  'events:source',
  'lambda:functionarn',
  'lambda:functionurlauthtype',
  'lambda:invokedviafunctionurl',
  'lambda:sourcefunctionarn',
]);
/** Matches the services whose calls are evaluated. For all other services, the gateway does not evaluate conditions. */
const SERVICES = /^(?:\*|dynamodb|events|execute-api|kinesis|lambda|s3|sns|sqs|states|apigateway)(?::|$)/i;

export function unknownConditionKeys(document: unknown): readonly string[] {
  const keys = asOneOrMore(membersOf(document)['Statement']).flatMap((statement) => {
    const { Action: actions, NotAction: others, Condition: condition } = membersOf(statement);
    const isEvaluated =
      others !== undefined || asOneOrMore(actions).some((action) => SERVICES.test(String(action)));
    return isEvaluated
      ? Object.values(membersOf(condition)).flatMap((uses) => Object.keys(membersOf(uses)))
      : [];
  });
  return [...new Set(keys)].filter((key) => {
    const lower = key.toLowerCase();
    return !KEYS.has(lower) && !lower.startsWith('aws:principaltag/');
  });
}

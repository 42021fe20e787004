/** Condition keys that calls of functions and of integrations have a value for here; any other is missing from all of them. */
import { membersOf } from '@gatewright/aws/json-object';

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
/** Services whose calls are evaluated: a condition of another one decides nothing here. */
const SERVICES = /^(?:\*|dynamodb|events|execute-api|kinesis|lambda|s3|sns|sqs|states|apigateway)(?::|$)/i;

/** Keys that statements of a document ask for and that no call here has. */
export function unknownConditionKeys(document: unknown): readonly string[] {
  const keys = listOf(membersOf(document)['Statement']).flatMap((statement) => {
    const { Action: actions, NotAction: others, Condition: condition } = membersOf(statement);
    const isEvaluated =
      others !== undefined || listOf(actions).some((action) => SERVICES.test(String(action)));
    return isEvaluated
      ? Object.values(membersOf(condition)).flatMap((uses) => Object.keys(membersOf(uses)))
      : [];
  });
  return [...new Set(keys)].filter((key) => {
    const lower = key.toLowerCase();
    return !KEYS.has(lower) && !lower.startsWith('aws:principaltag/');
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

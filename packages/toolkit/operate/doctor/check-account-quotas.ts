/**
 * Checks whether the account's quotas are sufficient for the stack. Sources: docs/aws §13; Lambda developer guide,
 * "Lambda quotas".
 */
import { API_NAMES } from '@gatewright/authoring/inventory/route-inventory';
import type { Finding } from './finding.ts';
import type { StackView, Views } from './views.ts';

/**
 * The minimum number of concurrent executions that must stay unreserved. AWS refuses a reservation that leaves fewer
 * executions for all other functions.
 */
const LEFT_TO_OTHERS = 100;

export function checkConcurrency({ stack, account }: Views): readonly Finding[] {
  if (account.lambda === undefined) return [];
  const { concurrency, unreserved } = account.lambda;
  const wanted = reservations(stack);
  const sum = wanted.reduce((total, { count }) => total + count, 0);
  const had = [...account.reserved.values()].reduce((total, count) => total + count, 0);
  if (sum === 0 || unreserved + had - sum >= LEFT_TO_OTHERS) return [];
  const free = Math.max(0, unreserved + had - LEFT_TO_OTHERS);
  return [
    {
      id: 'concurrency',
      level: 'obstacle',
      what: `this stack reserves ${sum} concurrent executions, but only ${free} can be reserved`,
      why: `the account's quota in this region is ${concurrency} concurrent executions; other stacks leave ${unreserved + had} of them unreserved, and AWS requires that at least ${LEFT_TO_OTHERS} stay unreserved`,
      where: wanted.map(({ logicalId, count }) => `${logicalId}: ${count}`).join(', '),
      fix: 'lower the stage parameters whose names begin with "reserved", or request a higher quota: Service Quotas, AWS Lambda, "Concurrent executions"',
    },
  ];
}

export function reservations({
  template,
}: StackView): readonly { readonly logicalId: string; readonly name: unknown; readonly count: number }[] {
  return Object.entries(template.Resources).flatMap(([logicalId, { Type, Properties }]) => {
    const count = Number(Properties?.['ReservedConcurrentExecutions'] ?? 0);
    return Type === 'AWS::Lambda::Function' && count > 0
      ? [{ logicalId, name: Properties?.['FunctionName'], count }]
      : [];
  });
}

export function checkCodeStorage({ stack, account }: Views): readonly Finding[] {
  if (account.lambda === undefined) return [];
  const { codeBytes, codeLimitBytes } = account.lambda;
  if (codeBytes + stack.codeBytes <= codeLimitBytes) return [];
  return [
    {
      id: 'code-storage',
      level: 'obstacle',
      where: `functions and layers of account ${account.accountId}`,
      what: `functions and layers already use ${codeBytes} of ${codeLimitBytes} bytes, and this stack adds ${stack.codeBytes}`,
      why: 'AWS Lambda refuses code above the storage quota of a region',
      fix: 'delete old versions of functions and layers, or request a higher quota: Service Quotas, AWS Lambda, "Function and layer storage"',
    },
  ];
}

/**
 * The maximum number of APIs per region. The calls that the checks make do not show whether AWS has raised this limit
 * for the account.
 */
const API_QUOTAS = { rest: 600, http: 600, websocket: 600 };
const API_TYPES = {
  rest: ['AWS::ApiGateway::RestApi', ''],
  http: ['AWS::ApiGatewayV2::Api', 'HTTP'],
  websocket: ['AWS::ApiGatewayV2::Api', 'WEBSOCKET'],
} as const;

export function checkApiCount({ stack, account }: Views): readonly Finding[] {
  const { apis, resources = [] } = account;
  if (apis === undefined) return [];
  return (['rest', 'http', 'websocket'] as const).flatMap((kind): readonly Finding[] => {
    const [type, protocol] = API_TYPES[kind];
    const own = Object.entries(stack.template.Resources).filter(
      ([, { Type, Properties }]) => Type === type && (Properties?.['ProtocolType'] ?? '') === protocol,
    );
    const added = own.filter(([id]) => !resources.some(({ logicalId }) => logicalId === id));
    if (added.length === 0 || apis[kind] + added.length <= API_QUOTAS[kind]) return [];
    return [
      {
        id: 'api-count',
        level: 'warning',
        where: added.map(([id]) => id).join(', '),
        what: `the account has ${apis[kind]} ${API_NAMES[kind]} APIs in ${stack.region}`,
        why: `this stack adds ${added.length}, and ${API_QUOTAS[kind]} are allowed, unless AWS has raised the quota of the account`,
        fix: 'delete unused APIs, or check the quota: Service Quotas, Amazon API Gateway',
      },
    ];
  });
}

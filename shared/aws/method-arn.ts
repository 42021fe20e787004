import { DomainError } from '../errors.ts';
import { parseArn, printArn } from '@gatewright/aws/arn';

/**
 * The parts of `arn:aws:execute-api:us-east-1:123456789012:a1b2c3/prod/GET/users/1`, or of `…:a1b2c3/prod/$connect` for
 * a WebSocket API. The path is the caller's actual, still encoded path and may contain `:` and `//`.
 */
export type MethodArn = {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly apiId: string;
  /** `$default` for an HTTP API without a named stage. */
  readonly stage: string;
  /** The part after the stage, such as `GET/users/1`, `GET/` or `$connect`. */
  readonly target: string;
};

/**
 * Parses the ARN of an authorizer event. Every part must be present, and no part before the target may contain an IAM
 * wildcard, because these parts are written into a policy, and a `*` in them would grant another stage or another
 * team's API.
 * @throws DomainError EVENT_MALFORMED if a part is missing, or a part before the target contains a wildcard
 */
export function parseMethodArn(text: string): MethodArn {
  const arn = parseArn(text);
  const [apiId = '', stage = '', ...target] = arn?.resource.split('/') ?? [];
  const { partition = '', region = '', accountId = '' } = arn ?? {};
  const fixed = [partition, region, accountId, apiId, stage];
  if (arn?.service !== 'execute-api' || target.length === 0 || fixed.some((part) => !isLiteral(part)))
    throw new DomainError('EVENT_MALFORMED', 'the ARN of the event is not an execute-api ARN');
  return { partition, region, accountId, apiId, stage, target: target.join('/') };
}

export function printMethodArn(arn: MethodArn, target: string): string {
  const { partition, region, accountId, apiId, stage } = arn;
  return printArn({
    partition,
    service: 'execute-api',
    region,
    accountId,
    resource: `${apiId}/${stage}/${target}`,
  });
}

function isLiteral(part: string): boolean {
  return /^[A-Za-z0-9_.-]+$|^\$default$/.test(part);
}

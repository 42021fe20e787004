import { Command, InvalidArgumentError } from 'commander';
import { membersOf } from '@gatewright/aws/json-object';
import { readDuration } from '@gatewright/aws/text/duration';
import { printResult, UsageError } from '../../../base/terminal/output.ts';
import { addGatewayOptions, callGateway, readMember } from '../../../toolkit/terminal/running-gateway.ts';

type TokenFlags = {
  readonly sub: string;
  readonly role?: readonly string[];
  readonly scope?: string;
  readonly aud?: string;
  readonly issuer?: string;
  readonly claim?: Readonly<Record<string, unknown>>;
  readonly expires?: number;
};

export function tokenCommand(): Command {
  return addGatewayOptions(new Command('token').description('Create a token of the local issuer.'))
    .option('--sub <name>', 'subject of the token', 'local-user')
    .option('--role <name...>', 'roles')
    .option('--scope <scopes>', 'scopes, separated by spaces')
    .option('--issuer <url>', 'issuer that the local issuer imitates; determines the form of the token')
    .option(
      '--audience, --aud <name>',
      'audience of the token; for a user pool, the app client (default: gatewright)',
    )
    .option('--claim <name=json>', 'additional claim (repeatable)', collectClaim)
    .option(
      '--expires <duration>',
      'lifetime, such as 15m or 1h; -1m creates a token that has already expired (default: 1h)',
      readLifetime,
    )
    .action(mint);
}

async function mint(flags: TokenFlags): Promise<void> {
  const { sub, role, scope, issuer, aud, claim, expires } = flags;
  const answer = await callGateway('POST', 'token', {
    sub,
    roles: role,
    scope,
    issuer,
    aud,
    claims: claim,
    expiresInSeconds: expires,
  });
  const token = readMember(answer, 'token');
  if (typeof token !== 'string') throw new UsageError('the gateway returned no token');
  printResult(membersOf(answer), () => token);
}

/** Adds a claim that is written as `name=value` to the claims before it. */
export function collectClaim(
  text: string,
  claims: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Write it as name=value.');
  return { ...claims, [text.slice(0, equals)]: parseClaim(text.slice(equals + 1)) };
}

/** Parses a claim. If it is not valid JSON, it is plain text. */
function parseClaim(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function readLifetime(text: string): number {
  const ms = readDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('Write it as 15m, 1h or 2d.');
  return Math.round(ms / 1000);
}

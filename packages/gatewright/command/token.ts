/** `gatewright token`: a token of the running gateway's issuer. */
import { Command, InvalidArgumentError } from 'commander';
import { readDuration } from '../../engine/settings.ts';
import { say, UsageError } from '../../terminal/output.ts';
import { addGatewayOptions, askGateway, readMember } from '../../terminal/running-gateway.ts';

type TokenFlags = {
  readonly sub: string;
  readonly role?: readonly string[];
  readonly scope?: string;
  readonly aud?: string;
  readonly issuer?: string;
  readonly claim?: Readonly<Record<string, unknown>>;
  readonly expires?: number;
  readonly json: boolean;
};

export function tokenCommand(): Command {
  return addGatewayOptions(new Command('token').description('Mint a token of the local issuer.'))
    .option('--sub <name>', 'whom the token speaks for', 'local-user')
    .option('--role <name...>', 'roles')
    .option('--scope <scopes>', 'scopes, separated by spaces')
    .option(
      '--issuer <url>',
      'an issuer that the local one stands in for; its token has the form of that one’s',
    )
    .option('--audience, --aud <name>', 'audience, at a user pool the app client (default: gatewright)')
    .option('--claim <name=json>', 'a further claim (repeatable)', collectClaim)
    .option('--expires <duration>', 'lifetime: 15m, 1h, -1m for an expired one (default: 1h)', readLifetime)
    .option('--json', 'token and expiry as JSON', false)
    .action(mint);
}

async function mint(flags: TokenFlags): Promise<void> {
  const { sub, role, scope, issuer, aud, claim, expires } = flags;
  const answer = await askGateway('POST', 'token', {
    sub,
    roles: role,
    scope,
    issuer,
    aud,
    claims: claim,
    expiresInSeconds: expires,
  });
  const token = readMember(answer, 'token');
  if (typeof token !== 'string') throw new UsageError('the gateway answered without a token');
  say(flags.json ? JSON.stringify(answer) : token);
}

function collectClaim(text: string, claims: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Write it as name=value.');
  return { ...claims, [text.slice(0, equals)]: parseClaim(text.slice(equals + 1)) };
}

/** JSON where it is JSON, plain text otherwise. */
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

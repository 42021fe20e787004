import { quote, tokenOptions } from '@gatewright/aws/text/token-options';
import type { TokenText } from '@gatewright/aws/text/token-options';
import { commandName } from '../../base/terminal/output.ts';

/**
 * Returns `$(gatewright token …)` for a shell command. The token is created when the user runs the command. The command
 * is therefore short, and its token has not expired.
 */
export function tokenCommand(token: TokenText): string {
  return `$(${tokenLine(token)})`;
}

export type LoadText = {
  readonly sources: readonly string[];
  readonly stage?: string | undefined;
  readonly param: Readonly<Record<string, string>>;
};

export function routesLine({ sources, stage, param }: LoadText): string {
  const isHere = sources.length === 1 && sources[0] === '.';
  return [
    `${commandName()} routes`,
    ...(isHere ? [] : sources.map(quote)),
    ...(stage === undefined ? [] : [`--stage ${quote(stage)}`]),
    ...Object.entries(param).map(([name, value]) => `--param ${quote(`${name}=${value}`)}`),
  ].join(' ');
}

export function tokenLine(token: TokenText): string {
  return `${commandName()} token${tokenOptions(token)}`;
}

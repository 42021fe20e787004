import { Command } from 'commander';
import { membersOf } from '@gatewright/aws/json-object';
import { readDuration } from '../../../gateway/engine/settings.ts';
import { printResult, UsageError } from '../../../base/terminal/output.ts';
import { addGatewayOptions, callGateway, readMember } from '../../../toolkit/terminal/running-gateway.ts';

export function clockCommand(): Command {
  return (
    addGatewayOptions(new Command('clock'))
      .description("Show or move the gateway's clock: `clock`, `clock +1d`, `clock -30m`, `clock reset`.")
      .argument('[shift]', 'reset, or a number with ms, s, m, h, d or w: +1d, 90s, -2h')
      // Unknown options are allowed, because `-30m` is a time shift and not an option.
      .allowUnknownOption()
      .action(moveClock)
  );
}

async function moveClock(shift: string | undefined): Promise<void> {
  const answer = await ask(shift);
  const now = new Date(Number(readMember(answer, 'nowEpochMs'))).toISOString();
  const offsetMs = Number(readMember(answer, 'offsetMs'));
  const ahead =
    offsetMs === 0 ? 'the time of this machine' : `${offsetMs > 0 ? '+' : ''}${offsetMs / 1000} s`;
  printResult(membersOf(answer), () => `${now} (${ahead})`);
}

function ask(shift: string | undefined): Promise<unknown> {
  if (shift === undefined) return callGateway('GET', 'clock');
  if (shift === 'reset') return callGateway('POST', 'clock', { reset: true });
  const shiftMs = readDuration(shift);
  if (shiftMs === undefined)
    throw new UsageError(`"${shift}" is not a time shift; write +1d, 90s, -30m or reset`);
  return callGateway('POST', 'clock', { shiftMs });
}

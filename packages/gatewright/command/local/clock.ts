import { Command } from 'commander';
import { membersOf } from '@gatewright/aws/json-object';
import { readDuration } from '@gatewright/aws/text/duration';
import { printNotes, printResult, UsageError } from '../../../base/terminal/output.ts';
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

/** The warning that is printed when the clock goes back. */
const STAYS =
  'The clock was moved back. Everything that happened while the clock was ahead is kept: usage periods that were closed in that time are still closed, and their customers get 429. To start over, restart the gateway; if you use --data, delete its folder first.';

async function moveClock(shift: string | undefined): Promise<void> {
  const body = shift === undefined ? undefined : readShift(shift);
  const before = await callGateway('GET', 'clock');
  const answer = body === undefined ? before : await callGateway('POST', 'clock', body);
  const now = new Date(Number(readMember(answer, 'nowEpochMs'))).toISOString();
  const offsetMs = offsetOf(answer);
  if (offsetOf(before) > offsetMs) printNotes(STAYS);
  const ahead =
    offsetMs === 0 ? 'the time of this machine' : `${offsetMs > 0 ? '+' : ''}${offsetMs / 1000} s`;
  printResult(membersOf(answer), () => `${now} (${ahead})`);
}

function offsetOf(answer: unknown): number {
  return Number(readMember(answer, 'offsetMs'));
}

/** @throws UsageError for a string that is not a time shift */
function readShift(shift: string): object {
  if (shift === 'reset') return { reset: true };
  const shiftMs = readDuration(shift);
  if (shiftMs === undefined)
    throw new UsageError(`"${shift}" is not a time shift; write +1d, 90s, -30m or reset`);
  return { shiftMs };
}

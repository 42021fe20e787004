import { Command } from 'commander';
import { membersOf } from '@gatewright/aws/json-object';
import { readDuration } from '@gatewright/aws/text/duration';
import { printNotes, printResult, UsageError } from '../../../base/terminal/output.ts';
import { readCustomers } from '../../../toolkit/stack/quota/commands/read-customers.ts';
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

const MOST_NAMED = 10;
/** A jump starts all work that has become due, such as a hundred invocations of each schedule. */
const MOVED_WITHIN_MS = 60_000;

/** The warning that is printed when the clock goes back. */
const STAYS =
  'The clock was moved back. Everything that happened while the clock was ahead is kept. Usage periods that were closed in that time stay closed, so their customers get 429. A plan that was assigned to a customer in that time is not in force before the time of its assignment. To start over, restart the gateway; if you use --data, delete its folder first.';

async function moveClock(shift: string | undefined): Promise<void> {
  const body = shift === undefined ? undefined : readShift(shift);
  const before = await callGateway('GET', 'clock');
  const answer = body === undefined ? before : await callGateway('POST', 'clock', body, MOVED_WITHIN_MS);
  const now = new Date(Number(readMember(answer, 'nowEpochMs'))).toISOString();
  const offsetMs = offsetOf(answer);
  if (offsetOf(before) > offsetMs) printNotes([STAYS, ...(await findWaiting())].join('\n'));
  const ahead =
    offsetMs === 0 ? 'the time of this machine' : `${offsetMs > 0 ? '+' : ''}${offsetMs / 1000} s`;
  printResult(membersOf(answer), () => `${now} (${ahead})`);
}

/** Returns a sentence about the customers that have no plan in force at the new time. */
async function findWaiting(): Promise<readonly string[]> {
  // A gateway without quotas has no customers to read.
  const customers = await readCustomers({}).catch((error: unknown) => {
    if (error instanceof UsageError) return [];
    throw error;
  });
  const names = customers.flatMap(({ tenant, state, plan }) =>
    typeof tenant === 'string' && state === 'active' && plan === undefined ? [tenant] : [],
  );
  const [first] = names;
  if (first === undefined) return [];
  const more = names.length > MOST_NAMED ? `, and ${names.length - MOST_NAMED} more` : '';
  return [
    `No plan is in force now for ${names.slice(0, MOST_NAMED).join(', ')}${more}, so ${names.length === 1 ? 'its' : 'their'} requests get 403. To give a customer a plan from now on, run gatewright customers set-plan ${first} PLAN.`,
  ];
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

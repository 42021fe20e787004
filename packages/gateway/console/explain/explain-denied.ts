/**
 * Explains the calls that a user pool, a queue, a bus or a bucket refused, and the triggers that a pool called or
 * skipped.
 */
import { parseArn } from '@gatewright/aws/arn';
import { at, capital, nameOf } from './event-names.ts';
import { findRefusal } from './denied-calls.ts';
import { withStop } from './reason.ts';
import type { Told } from './event-names.ts';
import type { ToldStep } from './circumstances.ts';
import type { Reason } from './reason.ts';

const OWNERS: Readonly<Record<string, string>> = { sqs: 'queue', events: 'bus', s3: 'bucket' };

/** @param all the other steps of the same call, such as a failed trigger, which has its own explanation */
export function explainDenied(
  step: Told<'denied'>['step'],
  { place, notes = [] }: Omit<ToldStep, 'step'>,
  all: readonly ToldStep[],
): Reason {
  const { operation, code, message, toldIn } = step;
  const known = findRefusal(step);
  const owner = OWNERS[parseArn(step.at)?.service ?? ''] ?? 'user pool';
  const what = known?.property ?? (known?.of === 'client' ? 'app client' : owner);
  const where = place === undefined ? '' : ` (${what}, ${place})`;
  const isOfTrigger = all.some((one) => one.step.kind === 'ran' && one.step.from === step.at);
  // The error of the trigger has already been explained, with its message.
  if (isOfTrigger && known === undefined)
    return {
      because: [`${capital(nameOf(step.at))} refused ${operation} with ${code}, because of its trigger.`],
      changes: [],
    };
  const { says } = known ?? {};
  return {
    because: [
      says === undefined
        ? `${capital(nameOf(step.at))} refused ${toldIn === undefined ? operation : `an entry of ${operation}`} with ${code}: ${withStop(message)}`.replace(
            /\.$/,
            `${where}.`,
          )
        : `${capital(nameOf(step.at))} ${says(step)}${where}.`,
      ...(known?.because === undefined ? [] : [known.because]),
    ],
    changes:
      known !== undefined
        ? [known.advise(place, step)]
        : notes.length > 0
          ? []
          : [`Correct the call ${operation}, or catch ${code} in the code that makes it.`],
  };
}

/** https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-create-user-accounts.html, the first sign-in */
export function explainChallenge({ at: arn, challenge }: Told<'challenged'>['step']): Reason {
  return {
    because: [
      `${capital(nameOf(arn))} answered the sign-in with the challenge ${challenge} and a Session, without AuthenticationResult and its tokens: the password is right, but temporary (the user has the status FORCE_CHANGE_PASSWORD).`,
    ],
    changes: [
      `In the code that signs in, read ChallengeName before AuthenticationResult, ask the user for a new password, and send it with RespondToAuthChallenge (ChallengeName ${challenge}, the Session, and USERNAME and NEW_PASSWORD in ChallengeResponses). Or give the user a permanent password first: AdminSetUserPassword with Permanent true.`,
    ],
  };
}

/**
 * Cognito calls PostConfirmation when a user confirms an account, but not when a user that an administrator
 * created signs in for the first time.
 */
export function explainSkipped(
  { rule, to, why }: Told<'filtered'>['step'],
  { place }: Omit<ToldStep, 'step'>,
): Reason {
  return {
    because: [
      `${why} has confirmed the user, and the trigger ${rule} (${nameOf(to)}${place === undefined ? '' : `, ${place}`}) was not called: Cognito calls it after ConfirmSignUp, AdminConfirmSignUp and ConfirmForgotPassword, but not when a user that AdminCreateUser created gets a permanent password.`,
    ],
    changes: [
      `Do the work of ${rule} where such users are created, right after AdminCreateUser (for a group: AdminAddUserToGroup), or in the trigger PostAuthentication or PreTokenGeneration${at(place)}, which every sign-in calls; the work must then be safe to repeat.`,
    ],
  };
}

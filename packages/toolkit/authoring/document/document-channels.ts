/**
 * Defines the `channels` section of an access document. It determines who may subscribe to which WebSocket channels and
 * publish to them.
 */
import { CHANNEL_ACTIONS, isChannelPattern } from '@gatewright/handlers/aws/channel-grants';
import { CONDITION, NAME } from './document-conditions.ts';
import { described, list, object, oneOf, refine, text } from './shape.ts';

/** Matches a segment of a channel name that is replaced by the value of a claim, such as `{tenant}` or `{org.id}`. */
const CLAIM_SEGMENT = /^\{([^{}./\s]+(?:\.[^{}./\s]+)*)\}$/;

/** Returns the path of the claim that a segment names; undefined if the segment is literal. */
export function claimOfSegment(segment: string): readonly string[] | undefined {
  return CLAIM_SEGMENT.exec(segment)?.[1]?.split('.');
}

const WANTED =
  'a channel such as rooms/lobby, rooms/* for one segment, rooms/** for everything below rooms, or orders/{tenant}/*';

const CHANNEL_PATTERN = refine(text(/^\S{1,256}$/, WANTED), {}, (pattern) => {
  const plain = pattern.split('/').map((segment) => (claimOfSegment(segment) === undefined ? segment : 'x'));
  return isChannelPattern(plain.join('/')) ? undefined : `must be ${WANTED}`;
});

const RULE = refine(
  object(
    {
      id: NAME,
      effect: oneOf('allow', 'deny'),
      actions: described(
        list(oneOf(...CHANNEL_ACTIONS)),
        'subscribe: receives messages; publish: sends messages; presence: is a member, and sees the members.',
      ),
      channels: described(
        list(CHANNEL_PATTERN, 1, 20),
        'Patterns. {claim} stands for the value of a claim of the caller, or for each of its values if it is a list.',
      ),
    },
    { when: CONDITION },
  ),
  {},
  ({ effect, channels }) =>
    effect === 'deny' && channels.some((pattern) => pattern.split('/').some(claimOfSegment))
      ? 'has a claim in a deny rule, and such a rule would not deny callers without the claim: name the claim in the allow rule instead'
      : undefined,
);

export const CHANNELS = described(
  object(
    {
      rules: described(
        list(RULE, 1, 50),
        'A channel is denied unless a rule allows it. Deny rules override allow rules, and the order of rules does not matter.',
      ),
    },
    {
      space: described(
        NAME,
        'Namespace of the channels: documents with the same space share channels. Default: the name of the document.',
      ),
    },
  ),
  "WebSocket APIs: channels of the toolkit's functions (node_modules/gatewright/docs/guides/receive/realtime.md).",
);

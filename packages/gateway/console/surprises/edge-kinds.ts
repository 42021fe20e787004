/** Values of a request that CloudFront in front of an API removed before the API got the request (docs/aws §21.1). */
import { adviseBehavior } from '../explain/behavior-advice.ts';
import { listed } from '../explain/reason.ts';
import { describeEdge, isForwarded } from '../records/describe-edge.ts';
import { isInEvent, nameRead, readsOfRequest } from './request-reads.ts';
import type { SurpriseKind } from './surprise.ts';

/**
 * A function that answers without an error, but reads values that the cache behavior never forwards. If the response
 * is an error, REQUEST_VALUE_ABSENT reports these values.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/QueryStringParameters.html
 */
const valueNotForwarded: SurpriseKind = {
  code: 'NOT_FORWARDED_BY_EDGE',
  mark: undefined,
  source: 'docs/aws §21.1',
  find({ recorded: { received, outcome, status }, handler, isToolkit, stacks = [] }) {
    if (status >= 400 || outcome?.kind !== 'returned' || handler === undefined || isToolkit) return undefined;
    if (received.route?.integration.kind !== 'lambda-proxy') return undefined;
    const { isBehindEdge, behavior } = describeEdge(received, stacks);
    if (isBehindEdge !== true || behavior === undefined) return undefined;
    const lost = readsOfRequest(handler).filter(
      (read) => !isInEvent(received, read) && !isForwarded(behavior.forwards?.[read.part], read.name),
    );
    const [first] = lost;
    const deciding = [...new Set(lost.map(({ part }) => part))].flatMap(
      (part) => behavior.forwards?.[part] ?? [],
    );
    if (first === undefined || deciding.length === 0) return undefined;
    const settings = deciding.map(
      ({ setting, place }) => `${setting}${place === undefined ? '' : ` (${place})`}`,
    );
    const places = [...new Set(lost.map(({ place }) => place))];
    const named = listed([...new Set(lost.map(nameRead))]);
    const names = [...new Set(lost.map(({ name, part }) => (name === '' ? part : name)))];
    const which =
      behavior.pattern === undefined ? 'default cache behavior' : `cache behavior ${behavior.pattern}`;
    const [it, was] = names.length === 1 && first.part !== 'cookie' ? ['it', 'it is'] : ['them', 'they are'];
    return {
      values: { names, place: deciding[0]?.place ?? '' },
      because: [
        `The request came through CloudFront, whose ${which} does not forward ${named}: ${listed(settings)}. The function reads ${it} at ${listed(places)}, where ${was} absent whatever the viewer sent.`,
      ],
      changes: [
        adviseBehavior(
          lost.map(({ part, name }) => ({ kind: part, name })),
          named,
          behavior,
        ),
      ],
    };
  },
};

export const EDGE_KINDS: readonly SurpriseKind[] = [valueNotForwarded];

import { sentence } from './reason.ts';
import type { Circumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

export function explainMatch(about: Circumstances): Reason {
  const { code, stageName, stages, method, path, nearMisses, failure, kind, protocol } = about;
  if (kind === 'message')
    return {
      because: [
        'No route has the key that the selection expression found in the message, and there is no $default route.',
      ],
      changes: [
        `Send one of ${nearMisses.map(({ route }) => route).join(', ') || 'the API’s routes'}, or add a route $default.`,
      ],
    };
  if (code === 'STAGE_NOT_FOUND' || stageName === undefined)
    return {
      because: [
        `${sentence(failure ?? 'The path names no stage')} The API has ${stages.length === 0 ? 'no stage' : `the stages ${stages.join(', ')}`}.`,
      ],
      changes: [stages.length === 0 ? 'Deploy the API to a stage.' : `Begin the path with /${stages[0]}.`],
    };
  const near = nearMisses.map(({ route, because }) => `${route}: ${because}`);
  const verbs = nearMisses.flatMap(({ otherMethod }) => otherMethod ?? []);
  const [nearest] = nearMisses;
  const isStageTwice = path.startsWith(`/${stageName}/`);
  return {
    because: [
      `Stage ${stageName} has no route for ${method} ${path}${protocol === 'rest' ? '. REST APIs answer “Missing Authentication Token” to that, which is not about a token' : ''}.`,
      ...(near.length === 0 ? [] : [`Nearly: ${near.join('; ')}.`]),
    ],
    changes: [
      isStageTwice
        ? 'Remove the stage from the path once: it is there twice.'
        : nearest === undefined
          ? 'Add the route, and deploy the API again.'
          : `${verbs.length > 1 ? `Call it by ${verbs.join(' or ')}` : `Call ${nearest.route}`}, or add the route and deploy the API again.`,
    ],
  };
}

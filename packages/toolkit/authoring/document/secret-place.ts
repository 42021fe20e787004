/** Defines the places where a secret can be stored. Documents name the place, and never contain the secret. */
import type { SecretPlace } from '@gatewright/handlers/webhooks/compiled-webhooks';
import { described, object, refine, text } from './shape.ts';
import type { ShapeOf } from './shape.ts';

/** @param says what editors show about the two places in AWS */
export function secretPlace(says: { readonly parameter: string; readonly secret: string }) {
  return refine(
    object(
      {},
      {
        parameter: described(
          text(
            /^(\/[A-Za-z0-9_.-]{1,128}){2,15}$/,
            'the path of an SSM parameter, such as /gatewright/prod/github',
          ),
          says.parameter,
        ),
        secret: described(
          text(/^[A-Za-z0-9/_+=.@-]{1,512}$/, 'the name of a secret in Secrets Manager'),
          says.secret,
        ),
        env: described(
          text(
            /^[A-Z][A-Z0-9_]{0,63}$/,
            'the name of an environment variable, such as GITHUB_WEBHOOK_SECRET',
          ),
          "On a developer's machine only: a deployed function refuses env.",
        ),
      },
    ),
    { minProperties: 1, maxProperties: 1 },
    (place) =>
      Object.keys(place).length === 1 ? undefined : 'must name one place: write parameter, secret or env',
  );
}

export type PlaceText = ShapeOf<ReturnType<typeof secretPlace>>;

export function compileSecret({ parameter, secret, env = '' }: PlaceText): SecretPlace {
  if (parameter !== undefined) return { kind: 'parameter', name: parameter };
  return secret === undefined ? { kind: 'env', name: env } : { kind: 'secret', name: secret };
}

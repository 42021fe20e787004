/**
 * The remedies for messages that say which form a value must have. A remedy says what to write instead of the value.
 */
import { fixed, nameAt } from './remedy-row.ts';
import type { RemedyRow } from './remedy-row.ts';

/** Matches the beginning of a description of a permitted value, if the description can follow `set NAME to`. */
const VALUES = String.raw`(?:an? |one of |up to |exactly |true|false|["'\d]|[A-Z])`;

/**
 * Returns the name of the value for the remedy. If the fault is reported for a whole resource, the name is taken from
 * the message, as in `event E: Auth.Authorizer must be …`.
 */
export function named({ property }: { readonly property: string }, message = ''): string {
  const name = nameAt(property);
  if (name !== '') return name;
  const [, member] = /^(?:(?:event|authorizer) \S+: )?([A-Z]\w*(?:\.\w+)*) must /.exec(message) ?? [];
  return member ?? 'the value';
}

export const REMEDIES_OF_FORMS: readonly RemedyRow[] = [
  {
    words: /^AWS ARN for integration must contain path or action/,
    remedy: (_, at) =>
      `for a function, set ${named(at)} to !Sub 'arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${FUNCTION.Arn}/invocations', with the logical id of the function in place of FUNCTION; for another service, set it to !Sub 'arn:\${AWS::Partition}:apigateway:\${AWS::Region}:SERVICE:action/ACTION', or path/PATH`,
  },
  {
    words: /^Enumeration value for HttpMethod must be non-empty/,
    remedy: (_, at) =>
      `add ${named(at)}: POST for a function; for an HTTP backend or another service of AWS, add the method that it expects`,
  },
  { words: /\bmust be non-empty$/, remedy: (_, at) => `write a value for ${named(at)}` },
  { words: /\bmust be omitted when\b/, remedy: (_, at) => `remove ${named(at)}` },
  {
    words: /\bmust have at least (\d+) items\b/,
    remedy: ([, least = ''], at) => `list ${least} or more items in ${named(at)}`,
  },
  {
    words: /^A JWT authorizer must have (\d+ to \d+ audiences)/,
    remedy: ([, audiences = ''], at) => `list ${audiences} in ${named(at)}`,
  },
  fixed(
    /^A TOKEN authorizer must have exactly one identity source/,
    'set IdentitySource to one header: method.request.header.NAME',
  ),
  fixed(
    /^An authorizer that checks tokens must have exactly one identity source/,
    'keep one item in IdentitySource: $request.header.NAME or $request.querystring.NAME',
  ),
  {
    words: /^the name must consist of (.+), and begin with a letter$/,
    remedy: ([, characters = ''], at) =>
      `rename ${named(at)} to a name of ${characters} that begins with a letter`,
  },
  {
    words: /\[\/Resources\/(\w+)\] Every Resources object must contain a Type member/,
    remedy: ([, name = '']) => `add Type to ${name}, for example AWS::SNS::Topic`,
  },
  fixed(
    /^AutoPublishAlias name .* must contain only alphanumeric characters/,
    'use only letters, digits, hyphens and underscores in AutoPublishAlias, and not only digits',
  ),
  { words: /\(Write it (with .+)\)$/, remedy: ([, form = '']) => `write it ${form}` },
  {
    words: new RegExp(String.raw`\bmust be (?!valid)(${VALUES}.*?)(?:, (?:not|because) .+)?\.?$`),
    remedy: ({ input, 1: what = '' }, at) => `set ${named(at, input)} to ${what}`,
  },
];

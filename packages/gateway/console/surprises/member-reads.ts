/** Finds the lines of code that read a name from a member of the event, directly or through a variable. */
import { escapeForRegExp } from '@gatewright/aws/text/escape-for-regexp';

/** Returns the variables that hold a member, such as `caller` in `caller = event["requestContext"]["authorizer"]`. */
function variablesOf(member: string, text: string): readonly string[] {
  const assigned = new RegExp(
    String.raw`\b(\w+)\s*=\s*[^=\n]*\b${member}\b['"]?(?:,\s*\{\s*\})?\s*[\])]*\s*(?:(?:\|\||\?\?|or)\s*\{\s*\}\s*\)?)?\s*;?\s*(?:(?:#|//).*)?$`,
    'gm',
  );
  const renamed = new RegExp(String.raw`\b${member}\s*:\s*(\w+)\s*[,}]`, 'g');
  const found = [assigned, renamed].flatMap((one) => [...text.matchAll(one)].map(([, name = '']) => name));
  return [...new Set(found)].filter((name) => name !== member);
}

/**
 * Returns what a line contains that reads one of the names, such as `queryStringParameters.tag`,
 * `{ tag } = queryStringParameters`, or `query.tag` if the variable `query` holds the member.
 */
export function readsOf(
  member: string,
  names: readonly string[],
  text: string,
  flags = '',
): readonly RegExp[] {
  const holders = [member, ...variablesOf(member, text).map((name) => String.raw`(?<!\.)${name}`)];
  return holders.flatMap((holder) =>
    names.flatMap((name) => {
      const escaped = escapeForRegExp(name);
      return [
        new RegExp(String.raw`(?<!\w)${holder}\b.*(?<!\w)${escaped}(?!\w)`, flags),
        new RegExp(String.raw`(?<!\w)${escaped}(?!\w).*(?<!\w)${holder}\b`, flags),
      ];
    }),
  );
}

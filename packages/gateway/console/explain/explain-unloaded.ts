/** Explains that earlier code or stacks answered a request, because the saved ones could not be loaded. */
import { withStop } from './reason.ts';
import type { Circumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

type Unloaded = NonNullable<Circumstances['unloaded']>[number];

const STACKS = { what: 'The stacks that were', were: 'stacks that were', those: 'those stacks' };
const CODE = { were: 'code that was', those: 'that code' };

export function explainUnloaded({ unloaded = [] }: Pick<Circumstances, 'unloaded'>): Reason {
  return {
    because: unloaded.map(({ functionName, message }) => {
      const { what, were, those } =
        functionName === undefined ? STACKS : { ...CODE, what: `The code of ${functionName} that was` };
      const [first = ''] = message.split('\n');
      return `${what} saved last could not be loaded: ${withStop(first)} The ${were} loaded before answered this request, so lines that are named here are lines of ${those}.`;
    }),
    changes: unloaded.map((one) => {
      const { functionName } = one;
      const { file, line } = documentIn(one) ?? one;
      const [saved, use] =
        functionName === undefined ? ['the saved stacks', 'them'] : ['the saved code', 'it'];
      const what =
        file === undefined
          ? (functionName ?? 'the stacks')
          : `${file}${line === undefined ? '' : `:${line}`}`;
      return `Correct ${what}; as soon as ${saved} can be loaded, the gateway uses ${use}.`;
    }),
  };
}

/**
 * Returns the document that a message names. The stack's plug-in refuses access documents and `portal.yml`, whose names
 * are relative to the stack, while osls reports its refusal as a fault of `serverless.yml`.
 */
function documentIn({
  functionName,
  message,
  file = '',
}: Unloaded): Pick<Unloaded, 'file' | 'line'> | undefined {
  const [, name, line] = /(?:^|\s)(access\/[\w.-]+\.ya?ml):(\d+):\d+: /m.exec(message) ?? [];
  if (functionName !== undefined || name === undefined) return undefined;
  return { file: file.slice(0, file.lastIndexOf('/') + 1) + name, line: Number(line) };
}

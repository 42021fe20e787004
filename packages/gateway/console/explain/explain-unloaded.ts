/** Explains that earlier code or stacks answered a request, because the saved ones could not be loaded. */
import { withStop } from './reason.ts';
import type { Circumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

type Unloaded = NonNullable<Circumstances['unloaded']>[number];
type Told = Partial<Pick<Circumstances, 'unloaded' | 'integration' | 'guard' | 'defect' | 'failure'>>;

const STACKS = { what: 'The stacks that were', were: 'stacks that were', those: 'those stacks' };
const CODE = { were: 'code that was', those: 'that code' };

export function explainUnloaded(about: Told): Reason {
  const { unloaded = [] } = about;
  return {
    because: unloaded.map((one) => {
      const { functionName, message } = one;
      const { what, were, those } =
        functionName === undefined ? STACKS : { ...CODE, what: `The code of ${functionName} that was` };
      const [first = ''] = message.split('\n');
      const lost = `${what} saved last could not be loaded: ${withStop(first)}`;
      if (hasRun(one, about))
        return `${lost} No instance with the earlier code was running, so the gateway tried the saved code for this request. The lines that are named here are lines of the saved code.`;
      return `${lost} The ${were} loaded before answered this request, so lines that are named here are lines of ${those}.`;
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

/** Errors of a runtime that cannot load the code. */
const OF_LOADING =
  /^Runtime\.(?:ImportModuleError|UserCodeSyntaxError|HandlerNotFound|MalformedHandlerName)$/;

/**
 * Whether the saved code itself failed. The gateway keeps earlier code only in running instances: if the last one has
 * ended, for example because it timed out, a runtime that reads the files starts with the saved ones.
 */
function hasRun({ functionName, message }: Unloaded, { integration, guard, defect, failure }: Told): boolean {
  const ofIntegration =
    integration?.outcome === 'failed' && integration.target === functionName ? integration : undefined;
  const ofAuthorizer =
    defect?.kind === 'authorizer' && defect.code === 'failed' && guard?.functionName === functionName
      ? { errorType: defect.errorType, errorMessage: failure }
      : undefined;
  return [ofIntegration, ofAuthorizer].some(
    (one) =>
      OF_LOADING.test(one?.errorType ?? '') ||
      (one?.errorMessage !== undefined && one.errorMessage !== '' && message.includes(one.errorMessage)),
  );
}

/**
 * Returns the document that a message names. The stack's plug-in refuses access documents and `portal.yml`, whose names
 * are relative to the stack, but osls reports the refusal as a fault of `serverless.yml`.
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

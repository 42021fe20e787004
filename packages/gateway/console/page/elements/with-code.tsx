import { splitCode } from './split-code.ts';

/** Shows a text in which commands and code stand between backticks, as explanations write them. */
export function WithCode({ text }: { readonly text: string }) {
  return (
    <>
      {splitCode(text).map(({ part, isCode }, index) =>
        isCode ? <code key={`${index} ${part}`}>{part}</code> : part,
      )}
    </>
  );
}

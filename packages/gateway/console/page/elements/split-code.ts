/** Splits a text at the code between backticks; one backtick without a second one stays as it is */
export function splitCode(text: string): readonly { readonly part: string; readonly isCode: boolean }[] {
  const parts = text.split(/`([^`\n]+)`/);
  return parts.flatMap((part, index) => (part === '' ? [] : [{ part, isCode: index % 2 === 1 }]));
}

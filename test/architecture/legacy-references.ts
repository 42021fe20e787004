/** What the evidence pages were called before they were pages. Gone with the next commit. */
const NAMES: readonly [RegExp, string][] = [
  [/aws-behaviour §/g, 'docs/aws §'],
  [/\bauthorizers\.md (?:§|(?=[BJKP]\d\d|2D))/g, 'docs/design/authorizers §'],
  [/\baccess test (?=\d)/g, 'docs/design/authorizers §7.'],
  [/(?<!\/)\bquota(?:\.md)? §/g, 'docs/design/quota §'],
  [/hot-path\.md §/g, 'docs/design/hot-path §'],
  [/\bdesign(?:\.md)? §/g, 'RFC 0 §'],
];

export function readLegacyNames(text: string): string {
  return NAMES.reduce((all, [old, now]) => all.replaceAll(old, now), text);
}

declare module '*.html' {
  const text: string;
  // oxlint-disable-next-line gatewright/no-restricted-syntax -- esbuild makes a text the default export of its module
  export default text;
}
declare module '*.txt' {
  const text: string;
  // oxlint-disable-next-line gatewright/no-restricted-syntax -- esbuild makes a text the default export of its module
  export default text;
}

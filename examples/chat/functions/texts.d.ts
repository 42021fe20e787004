declare module '*.html' {
  const text: string;
  // eslint-disable-next-line no-restricted-syntax -- esbuild makes a text the default export of its module
  export default text;
}
declare module '*.txt' {
  const text: string;
  // eslint-disable-next-line no-restricted-syntax -- esbuild makes a text the default export of its module
  export default text;
}

declare module '*.html' {
  const text: string;
  // What a bundler makes of a text.
  // eslint-disable-next-line no-restricted-syntax
  export default text;
}
declare module '*.txt' {
  const text: string;
  // eslint-disable-next-line no-restricted-syntax
  export default text;
}

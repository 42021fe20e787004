/** What is read out of a Host header. Clients name the same host again and again, so it is read once. */

/**
 * `read`, whose answer hangs on its text alone, asked anew only where the text is another than the last.
 * For one port: its clients mostly call it by one name.
 */
export function rememberLast<Answer extends object | boolean>(
  read: (host: string) => Answer,
): (host: string) => Answer {
  let last: { readonly host: string; readonly answer: Answer } | undefined;
  return (host) => {
    if (last?.host !== host) last = { host, answer: read(host) };
    return last.answer;
  };
}

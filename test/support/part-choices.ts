/** Every set of parts of the stack that also contains the parts that its parts need. */
export function validChoices(
  needs: Readonly<Record<string, readonly string[]>>,
): readonly (readonly string[])[] {
  const names = Object.keys(needs);
  const all = Array.from({ length: 2 ** names.length - 1 }, (_, index) =>
    names.filter((_name, at) => (((index + 1) >> at) & 1) === 1),
  );
  return all.filter((chosen) => chosen.every((name) => needs[name]?.every((need) => chosen.includes(need))));
}

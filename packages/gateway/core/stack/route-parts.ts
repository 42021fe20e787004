/**
 * Steps below the property with the method or the path of a route, when the place of this part is asked for. A template
 * has no such members, so the line is the line of the property itself; but SAM and osls have a setting for each of them.
 */
export const VERB = '(verb)';
export const PATH = '(path)';

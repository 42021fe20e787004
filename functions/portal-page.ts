/** The page of the portal. */
export const handler = (): Promise<{ statusCode: number }> => Promise.resolve({ statusCode: 404 });

/** Calls to what others have implemented. */

/** What a call gives, whether it rejects or throws: an implementation in plain JavaScript may do either. */
export const asked = async <T>(call: () => Promise<T>): Promise<T> => call();

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Whether this is an error of node or store with that code. */
export const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

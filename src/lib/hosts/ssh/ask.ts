/**
 * Asks a person a question and resolves with the answer; a secret one is not shown while it is typed. Rejects with the signal's
 * reason once that aborts.
 */
export type Ask = (question: string, options: {readonly secret: boolean; readonly signal: AbortSignal}) => Promise<string>

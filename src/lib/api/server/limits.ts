/** What the API's server bears. Times are milliseconds. */
export interface Limits {
  /** Of a request's body: more is 413. */
  readonly bodyBytes: number
  /** Of a request line and all headers together: more is 431. */
  readonly headerBytes: number
  /** Of the target in a request line: more is 414. */
  readonly targetBytes: number
  /** Over all listeners: more are answered with 503, and an eighth more are dropped without a word. */
  readonly connections: number
  /** Answers that go on, over all listeners: more are 503. */
  readonly streams: number
  /** Until the headers have come: 408. */
  readonly headerTime: number
  /** Until the request has come whole: 408. */
  readonly requestTime: number
  /** Between two requests of a connection. */
  readonly idleTime: number
  /** For so long a reader may take nothing of an answer that is ready. */
  readonly stallTime: number
  /** What somebody who says no more waits at most for an answer to begin: nobody may be there. */
  readonly halfOpenTime: number
  /** What a close waits for answers under way. */
  readonly closeTime: number
  /** Between two attempts to listen. */
  readonly retryTime: number
}

export const defaultLimits: Limits = {
  bodyBytes: 1024 * 1024,
  headerBytes: 16 * 1024,
  targetBytes: 8 * 1024,
  connections: 1024,
  streams: 512,
  headerTime: 10_000,
  requestTime: 30_000,
  idleTime: 60_000,
  stallTime: 60_000,
  halfOpenTime: 10_000,
  closeTime: 2_000,
  retryTime: 5_000,
}

/** A request's target in its two parts. */
export interface Target {
  /** As it was sent: `/fleet/v1/units/web%401.service`. */
  readonly path: string
  /** Without the `?`. */
  readonly query: string
}

/**
 * The parts of the target of a request line, RFC 9112 section 3.2: the origin form `/path?query`, and the absolute form
 * `http://host/path?query`, whose host is not looked at. Undefined for the others, which only proxies and OPTIONS use.
 */
export function parseTarget(target: string): Target | undefined {
  const from = target.charCodeAt(0) === slash ? 0 : pathOfAbsolute(target)
  if (from === undefined) return undefined
  const mark = target.indexOf('?', from)
  if (mark < 0) return {path: target.slice(from) || '/', query: ''}
  return {path: target.slice(from, mark) || '/', query: target.slice(mark + 1)}
}

const slash = 47

function pathOfAbsolute(target: string): number | undefined {
  return /^https?:\/\/[^/?#]+/i.exec(target)?.[0].length
}

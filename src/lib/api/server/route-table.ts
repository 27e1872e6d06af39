import {HttpError, type Method, type Route, type RouteFamily} from '../http.ts'

/** What a path leads to: the family that answers for it, and in it the routes of that path, if there are any. */
export interface Destination {
  readonly family: RouteFamily
  /** By method; HEAD stands where GET does. Undefined: no route has this path. */
  readonly endpoints: ReadonlyMap<string, Endpoint> | undefined
  /** What stood in the place of the `:names`, in order. */
  readonly values: readonly string[]
}

export interface Endpoint {
  readonly route: Route
  /** The `:names` of its path, in order. */
  readonly names: readonly string[]
}

/**
 * All routes of some families as one tree of path segments, made once. A word of a path goes before a `:name` at the same
 * place; `//`, `.` and `..` are segments as any others. One family must have the prefix `/`.
 */
export class RouteTable {
  /** The family of `/`: it also tells of errors that go with no path. */
  readonly root: RouteFamily
  private readonly tree = emptyNode()
  /** Where paths that were asked for lately lead. */
  private readonly found = new Map<string, Destination>()

  /** Throws a RangeError for two routes of one method and path, and when there is no family of `/`. */
  constructor(families: readonly RouteFamily[]) {
    const root = families.find(({prefix}) => prefix === '/')
    if (root === undefined) throw new RangeError('no family of routes has the prefix /')
    this.root = root
    for (const family of families) this.add(family)
  }

  /**
   * Where a path leads. Segments are unescaped one by one, so that %2F stays inside its segment. Throws BadEscape for an
   * escape that is none.
   */
  find(path: string): Destination {
    const known = this.found.get(path)
    if (known !== undefined) return known
    const destination = this.walk(path)
    if (destination.endpoints === undefined || path.length > longestFound) return destination
    if (this.found.size >= mostFound) this.found.clear()
    this.found.set(path, destination)
    return destination
  }

  private walk(path: string): Destination {
    const segments = segmentsOf(path)
    const family = this.familyOf(segments)
    const words = segments.map(segment => unescaped(segment) ?? refuseEscape(family))
    const values: string[] = []
    return {family, endpoints: endpointsOf(this.tree, words, 0, values), values}
  }

  private familyOf(segments: readonly string[]): RouteFamily {
    let node: Node | undefined = this.tree
    let family = this.root
    for (const segment of segments) {
      node = node.children.get(segment)
      if (node === undefined) break
      family = node.family ?? family
    }
    return family
  }

  private add(family: RouteFamily): void {
    if (family.prefix !== '/') this.nodeOf(segmentsOf(family.prefix)).family = family
    for (const route of family.routes) {
      const segments = segmentsOf(route.path)
      const endpoints = this.nodeOf(segments).endpoints
      const names = segments.filter(isName).map(segment => segment.slice(1))
      for (const method of methodsOf(route.method)) {
        if (endpoints.has(method)) throw new RangeError(`two routes have ${method} ${route.path}`)
        endpoints.set(method, {route, names})
      }
    }
  }

  private nodeOf(segments: readonly string[]): Node {
    let node = this.tree
    for (const segment of segments) {
      const next = (isName(segment) ? node.below : node.children.get(segment)) ?? emptyNode()
      if (isName(segment)) node.below = next
      else node.children.set(segment, next)
      node = next
    }
    return node
  }
}

const mostFound = 512
const longestFound = 256

/** A path that cannot be unescaped, and the family that answers for it. */
export class BadEscape extends HttpError {
  readonly family: RouteFamily

  constructor(family: RouteFamily) {
    super(400, 'the path has an escape that is none', {hint: 'write % as %25, and other letters as UTF-8'})
    this.family = family
  }
}

interface Node {
  readonly children: Map<string, Node>
  /** What stands below a `:name`. */
  below: Node | undefined
  family: RouteFamily | undefined
  readonly endpoints: Map<string, Endpoint>
}

/** The values of an endpoint's names. */
export function parametersOf(names: readonly string[], values: readonly string[]): Readonly<Record<string, string>> {
  if (names.length === 0) return none
  const parameters: Record<string, string> = {}
  for (let at = 0; at < names.length; at++) parameters[names[at] ?? ''] = values[at] ?? ''
  return parameters
}

const none: Readonly<Record<string, string>> = Object.freeze({})

/** The endpoints below a node for the segments from `at` on; collects what stands for names. */
function endpointsOf(node: Node, segments: readonly string[], at: number, values: string[]): Node['endpoints'] | undefined {
  const segment = segments[at]
  if (segment === undefined) return node.endpoints.size > 0 ? node.endpoints : undefined
  const child = node.children.get(segment)
  const found = child === undefined ? undefined : endpointsOf(child, segments, at + 1, values)
  if (found !== undefined || node.below === undefined || segment === '') return found
  values.push(segment)
  const below = endpointsOf(node.below, segments, at + 1, values)
  if (below === undefined) values.pop()
  return below
}

function refuseEscape(family: RouteFamily): never {
  throw new BadEscape(family)
}

function unescaped(segment: string): string | undefined {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

function segmentsOf(path: string): readonly string[] {
  return path.slice(1).split('/')
}

function isName(segment: string): boolean {
  return segment.startsWith(':')
}

function methodsOf(method: Method): readonly string[] {
  return method === 'GET' ? ['GET', 'HEAD'] : [method]
}

function emptyNode(): Node {
  return {children: new Map(), below: undefined, family: undefined, endpoints: new Map()}
}

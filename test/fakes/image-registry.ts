import {createHash} from 'node:crypto'
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import {gzipSync} from 'node:zlib'
import {type TarEntry, tarOf} from './tar.ts'

interface Blob {
  readonly type: string
  readonly bytes: Uint8Array
}

/** A registry on the loopback that serves what was put into it (Docker Registry HTTP API V2, pulls only). */
export class ImageRegistry {
  readonly #server: Server
  /** By `/v2/<name>/manifests/<tag or digest>` and `/v2/<name>/blobs/<digest>`. */
  readonly #answers = new Map<string, Blob>()
  /** `user:password` that it asks for, if any. */
  login: string | undefined

  constructor(server: Server) {
    this.#server = server
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response))
  }

  /** `127.0.0.1:port`, as in an image's name. */
  get address(): string {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : ''
  }

  /** Puts an image of these files under `name:tag`; answers the whole reference. Spoilt, its layer is not what its digest says. */
  put(name: string, tag: string, files: readonly TarEntry[], state: 'sound' | 'spoilt' = 'sound'): string {
    const tar = tarOf(files)
    const layer = gzipSync(tar)
    const config = Buffer.from(
      JSON.stringify({architecture: 'amd64', os: 'linux', config: {}, rootfs: {type: 'layers', diff_ids: [digestOf(tar)]}}),
    )
    const kind = 'application/vnd.docker'
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: `${kind}.distribution.manifest.v2+json`,
        config: {mediaType: `${kind}.container.image.v1+json`, size: config.length, digest: digestOf(config)},
        layers: [{mediaType: `${kind}.image.rootfs.diff.tar.gzip`, size: layer.length, digest: digestOf(layer)}],
      }),
    )
    const served = {type: `${kind}.distribution.manifest.v2+json`, bytes: manifest}
    this.#answers.set(`/v2/${name}/manifests/${tag}`, served)
    this.#answers.set(`/v2/${name}/manifests/${digestOf(manifest)}`, served)
    this.#answers.set(`/v2/${name}/blobs/${digestOf(config)}`, {type: 'application/octet-stream', bytes: config})
    const bytes = state === 'sound' ? layer : Buffer.alloc(layer.length)
    this.#answers.set(`/v2/${name}/blobs/${digestOf(layer)}`, {type: 'application/octet-stream', bytes})
    return `${this.address}/${name}:${tag}`
  }

  async close(): Promise<void> {
    const closed = new Promise(resolve => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const wanted = this.login === undefined ? undefined : `Basic ${Buffer.from(this.login).toString('base64')}`
    if (wanted !== undefined && request.headers.authorization !== wanted) {
      response.writeHead(401, {'www-authenticate': 'Basic realm="test"'}).end(refusal('UNAUTHORIZED', 'authentication required'))
      return
    }
    const found =
      request.url === '/v2/' ? {type: 'application/json', bytes: Buffer.from('{}')} : this.#answers.get(request.url ?? '')
    if (found === undefined) {
      response.writeHead(404, {'content-type': 'application/json'}).end(refusal('MANIFEST_UNKNOWN', 'manifest unknown'))
      return
    }
    const headers = {
      'content-type': found.type,
      'content-length': found.bytes.length,
      'docker-content-digest': digestOf(found.bytes),
    }
    response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : found.bytes)
  }
}

/** Starts one on a free port. */
export async function startImageRegistry(): Promise<ImageRegistry> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return new ImageRegistry(server)
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function refusal(code: string, message: string): string {
  return JSON.stringify({errors: [{code, message}]})
}

import {readFile} from 'node:fs/promises'
import {homedir} from 'node:os'
import {join} from 'node:path'
import {at, textAt} from './json.ts'

/**
 * The header that shows a registry the login `docker login` has left in `config.json` (of DOCKER_CONFIG or ~/.docker);
 * none when there is no login for it. Logins kept by a credential helper are not read.
 */
export async function registryAuth(imageName: string): Promise<Readonly<Record<string, string>>> {
  const login = loginFor(imageName, await readConfig())
  return login === undefined ? {} : {'x-registry-auth': base64(JSON.stringify(login))}
}

/** For URLs and padded, which Node's own `base64url` is not and Docker insists on. */
function base64(text: string): string {
  return Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

/** What `config.json` holds for the registry that an image's name points to. */
export function loginFor(imageName: string, config: unknown): object | undefined {
  const registry = registryOf(imageName)
  const entry = at(config, 'auths', registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry)
  const [username, password] = splitOnce(Buffer.from(textAt(entry, 'auth') ?? '', 'base64').toString())
  const identitytoken = textAt(entry, 'identitytoken')
  if (username === '' && identitytoken === undefined) return undefined
  return {username, password, serveraddress: registry, ...(identitytoken === undefined ? {} : {identitytoken})}
}

/** The first part of the name when it looks like a host (a dot, a colon, `localhost`), else Docker Hub. */
function registryOf(imageName: string): string {
  const [first = '', ...rest] = imageName.split('/')
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io'
}

function splitOnce(pair: string): [string, string] {
  const colon = pair.indexOf(':')
  return colon < 0 ? [pair, ''] : [pair.slice(0, colon), pair.slice(colon + 1)]
}

async function readConfig(): Promise<unknown> {
  const path = join(process.env.DOCKER_CONFIG ?? join(homedir(), '.docker'), 'config.json')
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return undefined
    throw error
  }
}

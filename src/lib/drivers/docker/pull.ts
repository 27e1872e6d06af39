import type {DockerClient} from './client.ts'
import {DockerError, unreachableDocker} from './errors.ts'
import {textAt} from './json.ts'
import {lines} from './lines.ts'
import {parseImageReference} from './reference.ts'
import {registryAuth} from './registry-auth.ts'

/** An image, for a platform such as `linux/arm64` when not for the machine's own. */
export interface WantedImage {
  readonly image: string
  readonly platform?: string | undefined
}

/**
 * Pulls an image and resolves when it is there. Throws DockerError for a refusal, be it the answer's status (no such
 * manifest: 404) or a line inside the stream, which comes with status 200. Aborting cancels the pull.
 */
export async function pullImage(client: DockerClient, {image, platform}: WantedImage, signal: AbortSignal): Promise<void> {
  const {name, tag} = parseImageReference(image)
  const answer = await client.stream('POST', '/images/create', {
    query: {fromImage: name, tag, ...(platform === undefined ? {} : {platform})},
    headers: await registryAuth(name),
    signal,
  })
  try {
    for await (const line of lines(answer)) {
      const refusal = textAt(JSON.parse(line), 'error')
      if (refusal !== undefined) throw new DockerError(500, refusal)
    }
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof DockerError ? error : unreachableDocker(client.host, error)
  } finally {
    answer.destroy()
  }
}

/** True when Docker has the image, for its platform. */
export async function imagePresent(client: DockerClient, {image, platform}: WantedImage, signal: AbortSignal): Promise<boolean> {
  try {
    const found = await client.json('GET', `/images/${encodeURI(image)}/json`, {signal})
    return platform === undefined || isFor(platform, found)
  } catch (error) {
    if (error instanceof DockerError && error.status === 404) return false
    throw error
  }
}

/** A platform may leave its variant out. */
function isFor(platform: string, image: unknown): boolean {
  const [os, architecture, variant] = platform.split('/')
  if (os !== textAt(image, 'Os') || architecture !== textAt(image, 'Architecture')) return false
  return variant === undefined || variant === (textAt(image, 'Variant') || variant)
}

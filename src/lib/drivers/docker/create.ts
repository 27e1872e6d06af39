import type {ContainerSpec} from '../../unit/container/container-spec.ts'
import type {Unit} from '../../unit/unit.ts'
import {StepError} from '../driver.ts'
import type {DockerClient} from './client.ts'
import {refusedWith} from './errors.ts'
import {textAt} from './json.ts'
import type {Owner} from './labels.ts'
import {judgeHolder} from './names.ts'
import {createQuery, endpointOf} from './spec.ts'

export interface Creation {
  readonly unit: Unit
  readonly owner: Owner
  /** Names to try, best first. */
  readonly names: readonly string[]
  readonly body: object
}

/**
 * Creates the container under the first name that can be had, and answers its id. Removes an ended run of the same
 * unit and machine that holds the name, and touches nobody else's. Throws StepError naming the holder when no name
 * can be had, DockerError for other refusals.
 */
export async function createContainer(client: DockerClient, creation: Creation, signal: AbortSignal): Promise<string> {
  let objection = ''
  for (const name of creation.names) {
    const outcome = await createNamed(client, creation, name, signal)
    if ('id' in outcome) return outcome.id
    objection = outcome.objection
    if (outcome.nextName === 'never' || (outcome.nextName === 'if derived' && creation.unit.container?.name !== undefined)) break
  }
  throw new StepError(objection, {retryable: true})
}

type Outcome = {readonly id: string} | {readonly objection: string; readonly nextName: 'always' | 'if derived' | 'never'}

async function createNamed(client: DockerClient, creation: Creation, name: string, signal: AbortSignal): Promise<Outcome> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const id = await tryName(client, creation, name, signal)
    if (id !== undefined) return {id}
    const taken = judgeHolder(await inspectNamed(client, name, signal), creation.owner)
    switch (taken.kind) {
      case 'gone':
        continue
      case 'leftover':
        await removeContainer(client, taken.id, signal)
        continue
      case 'elsewhere':
        return {objection: `the name ${name} is taken by a container of another machine on this Docker`, nextName: 'always'}
      case 'running':
        return {
          objection: `an older run of ${creation.owner.unit} still runs as container ${name}: stop it first`,
          nextName: 'never',
        }
      case 'foreign':
        return {objection: foreignHolder(name, taken.unit), nextName: 'if derived'}
    }
  }
  return {objection: `the name ${name} was taken again each time it had become free`, nextName: 'never'}
}

function foreignHolder(name: string, unit: string | undefined): string {
  return unit === undefined
    ? `the name ${name} is taken by a container that is not Meissa's: rename it or remove it (docker rm -f ${name}), or give the unit another name`
    : `the name ${name} is taken by the container of ${unit}: give one of the two units another name`
}

/** The new container's id; undefined when the name is taken. */
async function tryName(
  client: DockerClient,
  {unit, body}: Creation,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const query = createQuery(name, unit.container?.platform)
  try {
    return textAt(await client.json('POST', '/containers/create', {query, body, signal}), 'Id')
  } catch (error) {
    if (refusedWith(error, 409)) return undefined
    throw error
  }
}

async function inspectNamed(client: DockerClient, name: string, signal: AbortSignal): Promise<unknown> {
  try {
    return await client.json('GET', `/containers/${name}/json`, {signal})
  } catch (error) {
    if (refusedWith(error, 404)) return undefined
    throw error
  }
}

/** Joins a container that was made to its further networks: the request to make one takes a single network. */
export async function joinNetworks(
  client: DockerClient,
  {id, spec}: {readonly id: string; readonly spec: ContainerSpec},
  signal: AbortSignal,
): Promise<void> {
  for (const network of spec.furtherNetworks ?? []) {
    const body = {Container: id, EndpointConfig: {...endpointOf(network, []), MacAddress: network.macAddress}}
    await client.json('POST', `/networks/${encodeURIComponent(network.mode)}/connect`, {body, signal})
  }
}

/** Removes a container that does not run, with its anonymous volumes; done, too, when it is gone already. */
export async function removeContainer(client: DockerClient, id: string, signal: AbortSignal): Promise<void> {
  try {
    await client.json('DELETE', `/containers/${id}`, {query: {v: '1'}, signal})
  } catch (error) {
    if (!refusedWith(error, 404)) throw error
  }
}

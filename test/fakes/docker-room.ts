import {randomUUID} from 'node:crypto'
import {DockerClient} from '../../src/lib/drivers/docker/client.ts'
import {type DockerDriverOptions, openDockerDriver} from '../../src/lib/drivers/docker/driver.ts'
import {refusedWith} from '../../src/lib/drivers/docker/errors.ts'
import {listAt, textAt} from '../../src/lib/drivers/docker/json.ts'
import type {Driver} from '../../src/lib/drivers/driver.ts'
import {busyboxImage, importBusybox} from './busybox-image.ts'
import {type DockerDaemon, openDocker} from './docker-daemon.ts'

/** A cluster's name of its own on a Docker Engine, so that tests that share an engine do not meet; and what was made in it. */
export class DockerRoom {
  readonly cluster = `test-${randomUUID().slice(0, 8)}`
  readonly client: DockerClient
  readonly #daemon: DockerDaemon

  constructor(daemon: DockerDaemon) {
    this.#daemon = daemon
    this.client = new DockerClient(daemon.host)
  }

  driver(machine: string, options: Partial<DockerDriverOptions> = {}): Driver {
    return openDockerDriver({dockerHost: this.#daemon.host, cluster: this.cluster, machine, ...options})
  }

  inspect(idOrName: string): Promise<unknown> {
    return this.client.json('GET', `/containers/${idOrName}/json`)
  }

  /** Runs a container that is not Meissa's; answers its id. */
  async runForeign(name: string): Promise<string> {
    const body = {
      Image: busyboxImage,
      Cmd: ['sleep', '1000'],
      Labels: {'meissa-test': this.cluster},
      HostConfig: {NetworkMode: 'host', Init: true},
    }
    const id = textAt(await this.client.json('POST', '/containers/create', {query: {name}, body}), 'Id') ?? ''
    await this.client.json('POST', `/containers/${id}/start`)
    return id
  }

  /** Removes every container made here, running or not. */
  async clear(): Promise<void> {
    for (const label of [`meissa.cluster=${this.cluster}`, `meissa-test=${this.cluster}`]) {
      const filters = JSON.stringify({label: [label]})
      const found = listAt(await this.client.json('GET', '/containers/json', {query: {all: '1', filters}}))
      await Promise.all(found.flatMap(container => textAt(container, 'Id') ?? []).map(id => this.#remove(id)))
    }
  }

  async close(): Promise<void> {
    try {
      await this.clear()
    } finally {
      this.client.close()
      await this.#daemon.close()
    }
  }

  async #remove(id: string): Promise<void> {
    try {
      await this.client.json('DELETE', `/containers/${id}`, {query: {force: '1', v: '1'}})
    } catch (error) {
      if (!refusedWith(error, 404, 409)) throw error
    }
  }
}

/** A room on the Docker that is there, else on one of its own, with the busybox image in it. */
export async function openDockerRoom(daemon?: DockerDaemon): Promise<DockerRoom> {
  const docker = daemon ?? (await openDocker())
  try {
    await importBusybox(docker.host)
    return new DockerRoom(docker)
  } catch (error) {
    await docker.close()
    throw error
  }
}

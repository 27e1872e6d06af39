import {UnreachableError} from '../../base/errors.ts'
import {StepError} from '../driver.ts'
import {DockerError} from './errors.ts'

interface Refusal {
  readonly words: RegExp
  readonly retryable: boolean
  readonly remedy?: string
}

/** What Docker says when it does not start a container, and what helps; first match wins. */
const startRefusals: readonly Refusal[] = [
  // The holder may be the unit's own last run, on its way out, or another's.
  {
    words: /port is already allocated|address already in use/,
    retryable: true,
    remedy: 'free the port on this machine, publish another one, or keep the two units apart with Conflicts=',
  },
  {
    words: /no such image/i,
    retryable: true,
    remedy: 'the image is not on this machine: pull it there, or let the unit pull it (Pull=missing)',
  },
  {
    words: /executable file not found|exec.*no such file or directory|exec:.*not found/,
    retryable: false,
    remedy: 'the image has no such program: check Exec= and the entrypoint',
  },
  {
    words: /permission denied: unknown|exec.*permission denied/,
    retryable: false,
    remedy: 'the program in the image is not executable for the user it runs as',
  },
  {
    words: /unable to find user|no matching entries in passwd|unable to find group/,
    retryable: false,
    remedy: 'the image has no such user or group: name one it has, or a number',
  },
  {
    words: /network \S+ not found|could not find.*network/,
    retryable: false,
    remedy: 'make the network on this machine (docker network create), or name another one',
  },
  {
    words: /bind source path does not exist|error mounting|not a directory: unknown/,
    retryable: false,
    remedy: 'check the Volume= lines: a host path is missing or of the wrong kind',
  },
  {words: /error gathering device information/, retryable: false, remedy: 'this machine has no such device'},
  {
    words: /No such container|cannot link to/i,
    retryable: true,
    remedy: 'the container it refers to is not on this machine (yet): keep the two together with MachineOf=',
  },
  {words: /unknown (or invalid )?runtime/i, retryable: false, remedy: "this machine's Docker has no such runtime"},
  {words: /no space left on device/, retryable: true, remedy: 'free space on this machine: docker system df shows what takes it'},
]

/** What Docker says when it cannot get an image, and what helps; first match wins. */
const pullRefusals: readonly Refusal[] = [
  {
    words: /toomanyrequests|rate limit/i,
    retryable: true,
    remedy: 'the registry limits pulls: log in on this machine, or use a mirror',
  },
  {
    words: /denied|unauthorized|no basic auth credentials/i,
    retryable: false,
    remedy: 'check the name, and log in to the registry on this machine: docker login',
  },
  {
    words: /manifest.*(unknown|not found)|not found: manifest|no matching manifest|does not exist/i,
    retryable: false,
    remedy: "check the image's name and tag",
  },
  {words: /invalid reference format/, retryable: false, remedy: "check the image's name: lower case, name:tag"},
  {words: /no space left on device/, retryable: true, remedy: 'free space on this machine: docker system df shows what takes it'},
  {
    words: /server gave HTTP response to HTTPS client/,
    retryable: false,
    remedy: "name the registry under insecure-registries in this machine's /etc/docker/daemon.json, or give it TLS",
  },
]

/** The StepError for a container that Docker did not create or start. */
export function startRefused(thrown: unknown): unknown {
  return refused(thrown, 'Docker did not start it', startRefusals)
}

/** The StepError for an image that Docker could not get. */
export function pullRefused(image: string, thrown: unknown): unknown {
  return refused(thrown, `Docker could not pull ${image}`, pullRefusals)
}

/** The StepError for a refusal that no table knows; what is not Docker's stays what it is. */
export function refused(thrown: unknown, what: string, table: readonly Refusal[] = []): unknown {
  if (thrown instanceof UnreachableError) return new StepError(thrown.message, {retryable: true, cause: thrown})
  if (!(thrown instanceof DockerError)) return thrown
  const known = table.find(({words}) => words.test(thrown.message))
  const remedy = known?.remedy === undefined ? '' : `; ${known.remedy}`
  // A request that Docker calls bad or pointing nowhere stays so.
  const retryable = known?.retryable ?? ![400, 404].includes(thrown.status)
  return new StepError(`${what}: ${thrown.message}${remedy}`, {retryable, cause: thrown})
}

import {type ContainerSpec, plainContainer} from '../../src/lib/unit/container/container-spec.ts'
import {noRequests} from '../../src/lib/unit/placement/requests.ts'
import type {Unit} from '../../src/lib/unit/unit.ts'
import {busyboxImage} from './busybox-image.ts'

/** A unit of one container in the host's network, with the defaults of everything else. */
export function containerUnit(name: string, container: Partial<ContainerSpec> = {}): Unit {
  return {
    name,
    driver: 'docker',
    requests: noRequests,
    placement: {machineOf: [], metadata: {}, conflicts: [], replaces: [], global: false, onDisconnect: 'keep'},
    service: {
      type: 'simple',
      remainAfterExit: false,
      restart: 'no',
      restartSeconds: 0.1,
      startLimitBurst: 5,
      startLimitIntervalSeconds: 10,
      successExitCodes: [],
    },
    dependencies: {bindsTo: [], requires: []},
    container: {...plainContainer(busyboxImage), network: {mode: 'host', aliases: []}, ...container},
  }
}

/** A command that says `up` once it listens to signals, and then waits: USR1 ends it with 7, TERM with 0 unless it is ignored. */
export function waitingCommand(onTerm: 'ends' | 'ignored' = 'ends'): readonly string[] {
  const term = onTerm === 'ends' ? 'exit 0' : ''
  return ['sh', '-c', `trap '${term}' TERM; trap 'exit 7' USR1; sleep 1000 & echo up; while :; do wait; done`]
}

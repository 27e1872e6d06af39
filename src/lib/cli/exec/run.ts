import {NotFoundError, UsageError} from '../../base/errors.ts'
import {machineLabel} from '../../cluster/machine-name.ts'
import type {Machine} from '../../cluster/model.ts'
import {describeUnknownUnits} from '../../cluster/unknown-units.ts'
import type {ClusterView} from '../../cluster/view.ts'
import type {DockerClient} from '../../drivers/docker/client.ts'
import {DockerError} from '../../drivers/docker/errors.ts'
import {type ContainerProcess, execIn} from '../../drivers/docker/exec.ts'
import {containersOf} from '../../drivers/docker/unit-logs.ts'
import {HostPool} from '../../journal/host-pool.ts'
import {unitDrivers} from '../../journal/unit-drivers.ts'
import type {Store} from '../../store/store.ts'
import {expandNames} from '../../unit/names.ts'
import {findMachine, findTarget, unitCalled} from '../machines/find-machine.ts'
import {readTarget} from '../machines/read-target.ts'
import {machineReach} from '../ssh/reach.ts'
import {runProgram, terminalSize} from '../ssh/session.ts'
import type {ExecFlags} from './flags.ts'

export interface ExecOrder {
  /** As typed. */
  readonly unit: string
  /** Empty: a shell. */
  readonly command: readonly string[]
  readonly flags: ExecFlags
}

/**
 * Runs a command in the container of a unit at this process's stdin, stdout and stderr, and resolves with its exit code. Throws
 * NotFoundError when the unit does not run, UsageError when it is not in a container, UnreachableError.
 */
export async function runExec(store: Store, {unit: typed, command, flags}: ExecOrder, signal: AbortSignal): Promise<number> {
  const find = (view: ClusterView) => placeOf(view, typed, flags.machine)
  const named = unitCalled(typed, flags.machine === undefined ? 'unit' : undefined)
  const view = await readTarget(store, named, find, signal)
  const {unit, machine} = find(view)
  await refuseSystemd(store, view, {unit, command}, signal)
  const pool = new HostPool(machineReach(flags), signal)
  try {
    const {docker} = await pool.get(machine)
    const container = await runningContainer(docker, view, {unit, machine}, signal)
    const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true
    const terminal = flags['without-terminal'] === true ? false : (flags.terminal ?? isTerminal)
    const program = await begin(docker, container, {command, flags, terminal}, signal)
    if (typeof program === 'number') return program
    if (!terminal) signal.addEventListener('abort', () => process.stderr.write(goesOn), {once: true})
    return await runProgram(program, {terminal, input: flags.interactive, signal})
  } finally {
    pool.close()
  }
}

interface Place {
  readonly unit: string
  readonly machine: Machine
}

const goesOn = 'let go of the command; Docker cannot end it, and it goes on in the container until it notices\n'

function placeOf(view: ClusterView, typed: string, machine: string | undefined): Place {
  const target = machine === undefined ? findTarget(view, typed, 'unit') : undefined
  if (target?.unit !== undefined) return {unit: target.unit, machine: target.machine}
  const [unit = typed] = expandNames(typed)
  const found = findMachine(view, machine ?? '')
  if (view.assignments.get(found.id)?.has(unit)) return {unit, machine: found}
  if (!view.units.has(unit)) throw describeUnknownUnits([unit], view.units.keys())
  throw new NotFoundError(`${unit} is not on ${machineLabel(found)}`, {hint: '`ctl list-units` shows where units are'})
}

async function refuseSystemd(
  store: Store,
  view: ClusterView,
  {unit, command}: {readonly unit: string; readonly command: readonly string[]},
  signal: AbortSignal,
): Promise<void> {
  const record = view.units.get(unit)
  if (record === undefined || (await unitDrivers(store, signal)(unit, record.file)) === 'docker') return
  throw new UsageError(`${unit} is run by systemd and has no container`, {
    hint: `\`ctl ssh ${unit}${command.length === 0 ? '' : ` -- ${command.join(' ')}`}\` works on its machine`,
  })
}

async function runningContainer(
  docker: DockerClient,
  view: ClusterView,
  {unit, machine}: Place,
  signal: AbortSignal,
): Promise<string> {
  const owner = {cluster: view.clusterId ?? '', machine: machine.id, unit}
  const running = (await containersOf(docker, owner, signal)).findLast(container => container.running)
  if (running !== undefined) return running.id
  const state = view.state(machine.id, unit)
  const how = state === undefined ? 'it has not been started' : `it is ${state.active} (${state.sub})`
  throw new NotFoundError(`${unit} does not run on ${machineLabel(machine)}: ${how}`, {hint: `\`ctl status ${unit}\` says why`})
}

/** The program; or the exit code that Docker gives one that could not begin, after it was told why. */
async function begin(
  docker: DockerClient,
  container: string,
  {command, flags, terminal}: {readonly command: readonly string[]; readonly flags: ExecFlags; readonly terminal: boolean},
  signal: AbortSignal,
): Promise<ContainerProcess | number> {
  const request = {
    command: command.length === 0 ? ['/bin/sh'] : command,
    terminal: terminal ? terminalSize() : undefined,
    input: flags.interactive,
    user: flags.as,
    workdir: flags.workdir,
    environment: flags.env ?? [],
  }
  try {
    return await execIn(docker, container, request, signal)
  } catch (error) {
    if (!(error instanceof DockerError)) throw error
    if ([404, 409].includes(error.status)) throw new NotFoundError(`it does not run any more: ${error.message}`, {cause: error})
    process.stderr.write(`ctl: ${error.message}\n`)
    return /not found|no such file/i.test(error.message) ? 127 : 126
  }
}

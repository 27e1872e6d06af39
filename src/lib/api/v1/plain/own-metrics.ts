import {readdirSync} from 'node:fs'
import {monitorEventLoopDelay} from 'node:perf_hooks'
import type {ApiContext} from '../../context.ts'

/** How often the event loop's delay is measured, in milliseconds: seldom enough to cost nothing. */
const resolutionMilliseconds = 100

/** What this process is and takes, looked up when metrics are read; names as Prometheus' own clients have them. */
export function ownMetrics({metrics, version, machine, unready}: ApiContext): void {
  const build = metrics.gauge('meissa_build_info', 'What runs here; always 1.', ['version', 'node', 'machine'])
  build.set(1, {version, node: process.version, machine})
  const ready = metrics.gauge('meissa_agent_ready', 'Whether this machine is registered and can run its units.')
  const cpu = metrics.counter('process_cpu_seconds_total', 'User and system CPU time spent, in seconds.')
  const memory = metrics.gauge('process_resident_memory_bytes', 'Resident memory in bytes.')
  const files = metrics.gauge('process_open_fds', 'Open file descriptors.')
  const started = metrics.gauge('process_start_time_seconds', 'When the process began, in seconds since the epoch.')
  const lag = metrics.gauge('nodejs_eventloop_lag_max_seconds', 'Longest delay of the event loop since metrics were last read.')
  started.set(Math.round(performance.timeOrigin) / 1000)
  let spent = 0
  let delays: ReturnType<typeof monitorEventLoopDelay> | undefined
  metrics.beforeRender(() => {
    const {user, system} = process.cpuUsage()
    const seconds = (user + system) / 1e6
    cpu.add(seconds - spent)
    spent = seconds
    memory.set(process.memoryUsage.rss())
    const open = openFiles()
    if (open !== undefined) files.set(open)
    ready.set(unready() === undefined ? 1 : 0)
    // Nothing is measured before somebody reads it.
    if (delays === undefined) {
      delays = monitorEventLoopDelay({resolution: resolutionMilliseconds})
      delays.enable()
    }
    lag.set(delays.count === 0 ? 0 : Math.max(0, delays.max / 1e9 - resolutionMilliseconds / 1000))
    delays.reset()
  })
}

/** Undefined where the system does not tell (proc(5)). */
function openFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return undefined
  }
}

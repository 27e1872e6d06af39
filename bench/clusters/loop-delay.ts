/** Loaded into a process before its program: answers each message with the longest pause of its event loop since the one before. */
import {monitorEventLoopDelay} from 'node:perf_hooks'
import {isMainThread} from 'node:worker_threads'

const resolutionMilliseconds = 1

if (isMainThread && process.send !== undefined) {
  const delay = monitorEventLoopDelay({resolution: resolutionMilliseconds})
  delay.enable()
  process.on('message', () => {
    process.send?.(Math.max(0, delay.max / 1e6 - resolutionMilliseconds))
    delay.reset()
  })
}

import {formatByteSize} from '../base/byte-size.ts'

/** CPUs for the eye: `0.25`, `4`, `0.004` when it is less than a hundredth. */
export function cpusText(cpus: number): string {
  const digits = cpus !== 0 && cpus < 0.01 ? 3 : 2
  return String(Number(cpus.toFixed(digits)))
}

/** `0`, `512M`, `7.6G`. */
export function bytesText(bytes: number): string {
  return bytes === 0 ? '0' : formatByteSize(Math.round(bytes))
}

/** `1.5/4`: what is taken, of what there is. */
export function shareText(taken: number | null, all: number | null, text: (amount: number) => string): string | null {
  if (taken === null && all === null) return null
  return `${taken === null ? '-' : text(taken)}/${all === null ? '-' : text(all)}`
}

/** `38 %`; nothing of nothing is 0. */
export function percentText(part: number, all: number): string {
  return `${all > 0 ? Math.round((100 * part) / all) : 0} %`
}

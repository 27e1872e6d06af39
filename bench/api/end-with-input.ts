/** Ends this process when its input ends: whoever started it is gone, however that came about. */
export function endWithInput(): void {
  process.stdin
    .on('error', () => {})
    .once('close', () => process.exit(1))
    .resume()
}

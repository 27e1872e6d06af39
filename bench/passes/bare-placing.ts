/**
 * The least that placing can take: each unit comes to the machine with the fewest, by a heap of the machines' loads, and no
 * rule is asked. Answers how many the fullest machine has.
 */
export function placeBare(machines: number, units: number): number {
  const loads = new Int32Array(machines)
  const heap = Int32Array.from({length: machines}, (_, machine) => machine)
  let most = 0
  for (let unit = 0; unit < units; unit++) {
    const machine = heap[0] ?? 0
    const load = (loads[machine] ?? 0) + 1
    loads[machine] = load
    if (load > most) most = load
    sink(heap, loads)
  }
  return most
}

/** The first has grown: it finds its new place. */
function sink(heap: Int32Array, loads: Int32Array): void {
  const item = heap[0] ?? 0
  const load = loads[item] ?? 0
  let at = 0
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    const right = child + 1
    const lesser = right < heap.length && loadAt(heap, loads, right) < loadAt(heap, loads, child) ? right : child
    if (loadAt(heap, loads, lesser) >= load) break
    heap[at] = heap[lesser] ?? 0
    at = lesser
  }
  heap[at] = item
}

function loadAt(heap: Int32Array, loads: Int32Array, at: number): number {
  return loads[heap[at] ?? 0] ?? 0
}

/** What etcd has counted since its start. */
export interface EtcdCounters {
  /** Keys or ranges of keys read. */
  readonly reads: number
  /** Keys put and deleted. */
  readonly writes: number
  /** Messages from clients that are not keepalives of leases. */
  readonly messages: number
  readonly keepalives: number
}

/** Reads etcd's own metrics. Throws when it does not answer, or does not know one of the counters (etcd 3.4 and later do). */
export async function readCounters(endpoint: string, signal: AbortSignal): Promise<EtcdCounters> {
  const answer = await fetch(`${endpoint}/metrics`, {signal: AbortSignal.any([signal, AbortSignal.timeout(5000)])})
  return countersIn(await answer.text())
}

/** How much later counters are ahead of earlier ones. */
export function counted(before: EtcdCounters, after: EtcdCounters): EtcdCounters {
  return {
    reads: after.reads - before.reads,
    writes: after.writes - before.writes,
    messages: after.messages - before.messages,
    keepalives: after.keepalives - before.keepalives,
  }
}

/** Counters from metrics in Prometheus' text format. */
export function countersIn(text: string): EtcdCounters {
  const samples = text.split('\n').flatMap(line => {
    const [, name = '', labels = '', value] = /^(\w+)(\{.*\})? (\S+)$/.exec(line) ?? []
    return value === undefined ? [] : [{name, labels, value: Number(value)}]
  })
  const sum = (name: string, labelled: (labels: string) => boolean = () => true) => {
    const named = samples.filter(sample => sample.name === name)
    if (named.length === 0) throw new Error(`etcd does not count ${name}`)
    return named.filter(({labels}) => labelled(labels)).reduce((total, {value}) => total + value, 0)
  }
  const keepsAlive = (labels: string) => labels.includes('grpc_method="LeaseKeepAlive"')
  return {
    reads: sum('etcd_debugging_mvcc_range_total'),
    writes: sum('etcd_debugging_mvcc_put_total') + sum('etcd_debugging_mvcc_delete_total'),
    messages: sum('grpc_server_msg_received_total', labels => !keepsAlive(labels)),
    keepalives: sum('grpc_server_msg_received_total', keepsAlive),
  }
}

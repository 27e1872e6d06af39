import {Args, Command} from '@oclif/core'
import {interruptSignal} from '../lib/cli/interrupt.ts'
import {joinSocket} from '../lib/cli/ssh/join-socket.ts'

/** What fleetctl runs at the far end of a tunnel. */
export default class FdForward extends Command {
  static override summary = 'Join stdin and stdout with a unix socket'
  static override description = 'Ends when both sides have ended; with 5 when the socket cannot be opened.'
  static override args = {socket: Args.string({description: 'path of the socket', required: true})}
  static override examples = ['ssh web-1 ctl fd-forward /var/run/docker.sock']

  async run(): Promise<void> {
    const {args} = await this.parse(FdForward)
    await joinSocket(args.socket, interruptSignal())
  }
}

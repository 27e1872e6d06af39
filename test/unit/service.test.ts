import {describe, expect, test} from 'vitest'
import {parseUnitFile} from '../../src/lib/unit/file.ts'
import {ProblemList} from '../../src/lib/unit/problem-list.ts'
import {parseService} from '../../src/lib/unit/service/service.ts'
import {parseServiceResources} from '../../src/lib/unit/service/service-resources.ts'

function read<T>(text: string, parse: (file: ReturnType<typeof parseUnitFile>['file'], problems: ProblemList) => T) {
  const problems = new ProblemList()
  return {read: parse(parseUnitFile(text).file, problems), problems: problems.all()}
}

describe('[Service]', () => {
  const defaults = {
    type: 'simple',
    remainAfterExit: false,
    restart: 'no',
    restartSeconds: 0.1,
    startLimitBurst: 5,
    startLimitIntervalSeconds: 10,
    successExitCodes: [],
  }

  test.each<[string, object]>([
    ['[Service]', {}],
    ['[Service]\nType=oneshot\nRemainAfterExit=yes', {type: 'oneshot', remainAfterExit: true}],
    ['[Service]\nRestart=always\nRestartSec=10', {restart: 'always', restartSeconds: 10}],
    ['[Service]\nRestart=always\nRestart=on-failure', {restart: 'on-failure'}],
    ['[Service]\nRestartSec=1min 30s', {restartSeconds: 90}],
    ['[Unit]\nStartLimitIntervalSec=60\nStartLimitBurst=3', {startLimitIntervalSeconds: 60, startLimitBurst: 3}],
    ['[Service]\nStartLimitInterval=60\nStartLimitBurst=0', {startLimitIntervalSeconds: 60, startLimitBurst: 0}],
    ['[Unit]\nStartLimitInterval=60\n[Service]\nStartLimitInterval=70', {startLimitIntervalSeconds: 70}],
    ['[Service]\nStartLimitInterval=70\n[Unit]\nStartLimitIntervalSec=60', {startLimitIntervalSeconds: 60}],
    ['[Service]\nTimeoutStartSec=12min\nTimeoutStopSec=15', {timeoutStartSeconds: 720, timeoutStopSeconds: 15}],
    ['[Service]\nTimeoutStartSec=0', {timeoutStartSeconds: Infinity}],
    ['[Service]\nTimeoutStopSec=infinity', {timeoutStopSeconds: Infinity}],
    ['[Service]\nTimeoutSec=20', {timeoutStartSeconds: 20, timeoutStopSeconds: 20}],
    ['[Service]\nTimeoutStopSec=5\nTimeoutSec=20', {timeoutStartSeconds: 20, timeoutStopSeconds: 20}],
    ['[Service]\nTimeoutSec=20\nTimeoutStopSec=5', {timeoutStartSeconds: 20, timeoutStopSeconds: 5}],
    ['[Service]\nSuccessExitStatus=143 75\nSuccessExitStatus=SIGTERM KILL TEMPFAIL', {successExitCodes: [143, 75, 137]}],
    ['[Service]\nSuccessExitStatus=EXEC CHDIR', {successExitCodes: [203, 200]}],
    ['[Service]\nSuccessExitStatus=1\nSuccessExitStatus=', {}],
  ])('%j', (text, expected) => {
    expect(read(text, parseService)).toEqual({read: {...defaults, ...expected}, problems: []})
  })

  test.each([
    ['Restart=allways', 'write Restart=always'],
    ['Restart=sometimes', 'write one of no, always'],
    ['Type=onshot', 'write Type=oneshot'],
    ['RestartSec=soon', 'write a time'],
    ['TimeoutStopSec=-1', 'write a time'],
    ['RemainAfterExit=maybe', 'write yes or no'],
    ['StartLimitBurst=many', 'write a number'],
    ['SuccessExitStatus=OK', 'write exit codes'],
    ['SuccessExitStatus=256', 'write exit codes'],
  ])('%s is refused', (line, remedy) => {
    expect(read(`[Service]\n${line}`, parseService).problems).toEqual([
      expect.objectContaining({severity: 'error', line: 2, remedy: expect.stringContaining(remedy)}),
    ])
  })

  test('Type=oneshot does not restart for ever', () => {
    expect(read('[Service]\nType=oneshot\nRestart=always', parseService).problems).toMatchObject([{severity: 'error', line: 3}])
    expect(read('[Service]\nType=oneshot\nRestart=on-failure', parseService).problems).toEqual([])
  })
})

describe('limits', () => {
  const gib = 1024 ** 3
  test.each<[string, object]>([
    ['MemoryMax=1G', {resources: {memoryBytes: gib}}],
    ['MemoryLimit=2G', {resources: {memoryBytes: 2 * gib}}],
    ['MemoryMax=1G\nMemoryLimit=2G', {resources: {memoryBytes: gib}}],
    ['MemoryMax=infinity', {resources: {}}],
    ['MemoryLow=1G', {resources: {memoryReservationBytes: gib}}],
    ['MemoryMax=1G\nMemorySwapMax=1G', {resources: {memoryBytes: gib, memorySwapBytes: 2 * gib}}],
    ['MemorySwapMax=infinity', {resources: {memorySwapBytes: -1}}],
    ['CPUQuota=50%', {resources: {cpus: 0.5}}],
    ['CPUQuota=250%', {resources: {cpus: 2.5}}],
    ['CPUShares=512', {resources: {cpuShares: 512}}],
    ['CPUWeight=100', {resources: {cpuShares: 1024}}],
    ['AllowedCPUs=0-3 5', {resources: {cpusetCpus: '0-3,5'}}],
    ['TasksMax=100', {resources: {pidsLimit: 100}}],
    ['TasksMax=infinity', {resources: {pidsLimit: -1}}],
    ['OOMScoreAdjust=-500', {resources: {oomScoreAdjust: -500}}],
    ['LimitNOFILE=65536', {ulimits: [{name: 'nofile', soft: 65_536, hard: 65_536}]}],
    ['LimitNOFILE=1024:4096', {ulimits: [{name: 'nofile', soft: 1024, hard: 4096}]}],
    [
      'LimitMEMLOCK=infinity\nLimitCORE=1G',
      {
        ulimits: [
          {name: 'memlock', soft: -1, hard: -1},
          {name: 'core', soft: gib, hard: gib},
        ],
      },
    ],
    ['LimitNOFILE=1\nLimitNOFILE=2', {ulimits: [{name: 'nofile', soft: 2, hard: 2}]}],
    ['LimitNOFILE=1\nLimitNOFILE=', {}],
  ])('%j', (lines, expected) => {
    expect(read(`[Service]\n${lines}`, parseServiceResources)).toEqual({
      read: {resources: {}, ulimits: [], ...expected},
      problems: [],
    })
  })

  test.each([
    'MemoryMax=50%',
    'MemoryMax=lots',
    'CPUQuota=2',
    'CPUQuota=0%',
    'CPUShares=1',
    'TasksMax=-1',
    'LimitNOFILE=x',
    'LimitNOFILE=1:2:3',
    'AllowedCPUs=all',
    'OOMScoreAdjust=2000',
  ])('%s is refused', line => {
    expect(read(`[Service]\n${line}`, parseServiceResources).problems).toMatchObject([{severity: 'error', line: 2}])
  })
})
